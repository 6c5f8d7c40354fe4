"""Why an import has failed."""

from __future__ import annotations


def is_missing(name: str, error: ImportError) -> bool:
    """Tell whether a module, or a package on the way to it, is not there.

    Else it is there, but lacks something that it imports.
    """
    return isinstance(error, ModuleNotFoundError) and f"{name}.".startswith(
        f"{error.name}."
    )
