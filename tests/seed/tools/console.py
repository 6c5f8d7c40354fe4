"""Runs scripts that arrive on stdin as JSON, one a line, in a process of a site.

A script that comes with a database runs on it in a forked child, so that it finds the
process as start-up left it, whatever ran before.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from typing import Any

import django
from django.db import connections

django.setup()


def answer(script: str, names: dict[str, Any]) -> None:
    """Run the script; tell what it printed and the exit code it would end with."""
    printed, code = StringIO(), 0
    with redirect_stdout(printed), redirect_stderr(printed):
        try:
            exec(script, names)
        except SystemExit as leaving:
            code = leaving.code or 0
        except BaseException:  # noqa: BLE001  # the test at the other end shows it
            traceback.print_exc()
            code = 1
    sys.stdout.write(json.dumps([printed.getvalue(), code]) + "\n")
    sys.stdout.flush()


kept: dict[str, Any] = {"__name__": "__main__"}
for line in sys.stdin:
    sent = json.loads(line)
    if sent["database"] is None:
        answer(sent["script"], kept)
    elif child := os.fork():
        os.waitpid(child, 0)
    else:
        connections.settings["default"]["NAME"] = sent["database"]
        answer(sent["script"], kept)
        os._exit(0)
