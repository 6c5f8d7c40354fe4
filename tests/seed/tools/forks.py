"""Waits for orders, and carries out each in a child that has Django's first modules.

Every command of a site starts so: with the interpreter, the standard library and the
module that runs commands. Here that is done once. What differs from site to site, such
as settings, apps and models, is imported by the child.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import runpy
import signal
import socket
import sys
import threading
import traceback
from pathlib import Path
from types import ModuleType

# What any process imports that is about to read the settings of a site.
PRELOADED = (
    "asgiref.sync",
    "concurrent.futures",
    "decimal",
    "difflib",
    "django.core.management",
    "email.message",
    "gettext",
    "html.parser",
    "http.cookies",
    "json",
    "logging.config",
    "sqlite3",
    "sqlparse",
    "tempfile",
    "unittest",
    "urllib.request",
    "uuid",
    "zoneinfo",
)
MOST = 1 << 20


def main() -> None:
    for name in PRELOADED:
        importlib.import_module(name)
    with socket.socket(fileno=int(sys.argv[1])) as orders:
        while True:
            text, fds, *_ = socket.recv_fds(orders, MOST, 1)
            if not text:
                # Nobody is there any more.
                return
            given, [printed] = json.loads(text), fds
            child = os.fork()
            if child == 0:
                orders.close()
                carry_out(given, printed)
            os.close(printed)
            orders.sendall(str(child).encode())
            _, status = os.waitpid(child, 0)
            orders.sendall(str(os.waitstatus_to_exitcode(status)).encode())


def carry_out(given: dict, printed: int) -> None:
    """Become a process of the site, and end as it ends."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for target in (1, 2):
        os.dup2(printed, target)
    os.close(printed)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(given["directory"])
    os.environ.clear()
    os.environ.update(given["environment"])
    code = 1
    try:
        code = run(given["arguments"])
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def run(arguments: list[str]) -> int:
    """Run a script, or what follows -c or -m, as the interpreter does.

    Return its exit code.
    """
    name, *rest = arguments
    script = Path(name).resolve()
    first = {"-c": "", "-m": os.getcwd()}.get(name, str(script.parent))  # noqa: PTH109
    added = os.environ["PYTHONPATH"].split(os.pathsep)
    sys.path[:] = [first, *added, *sys.path[1:]]
    code = 0
    try:
        if name == "-m":
            sys.argv = rest
            runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
        elif name == "-c":
            execute(rest[0], "<string>", ["-c", *rest[1:]])
        else:
            execute(script.read_bytes(), str(script), [name, *rest])
    except SystemExit as end:
        code = exit_code(end.code)
    except BaseException as error:  # noqa: BLE001  # as the interpreter does
        # Without the two frames of this module.
        inner = error.__traceback__.tb_next.tb_next
        traceback.print_exception(error.with_traceback(inner))
        code = 1
    threading._shutdown()
    atexit._run_exitfuncs()
    return code


def execute(source: str | bytes, filename: str, argv: list[str]) -> None:
    """Run source as the main module."""
    sys.argv = argv
    module = sys.modules["__main__"] = ModuleType("__main__")
    vars(module)["__builtins__"] = sys.modules["builtins"]
    if filename != "<string>":
        vars(module)["__file__"] = filename
    exec(compile(source, filename, "exec"), vars(module))


def exit_code(said: object) -> int:
    """Return the number that the interpreter makes of what sys.exit() was given."""
    if said is None or isinstance(said, int):
        return said or 0
    print(said, file=sys.stderr)  # noqa: T201
    return 1


if __name__ == "__main__":
    main()
