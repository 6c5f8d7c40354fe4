"""Types the session it is given into Python, as doctest does."""

from __future__ import annotations

import doctest
import sys

FLAGS = doctest.ELLIPSIS | doctest.REPORT_NDIFF

test = doctest.DocTestParser().get_doctest(
    sys.argv[1], {"__name__": "__main__"}, "session", "the page", 0
)
if doctest.DocTestRunner(verbose=False, optionflags=FLAGS).run(test).failed:
    sys.exit(1)
