"""As much of GNU gettext as makemessages asks for, where that is not installed.

Called by the names of its programs. Catalogues have messages of one line each.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

HEADER = r'''msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=INTEGER; plural=EXPRESSION;\n"'''


def read(file: str) -> dict[str, str]:
    """Return what a catalogue says, by message; obsolete ones begin with ``#~``."""
    blocks = Path(file).read_text().strip().split("\n\n")
    if not all('msgid "' in block for block in blocks):
        sys.exit(f"{file}: not a catalogue")
    found = {}
    for block in blocks:
        text = re.sub(r"^#[^~].*\n", "", block, flags=re.M)
        found[re.search(r'msgid "(.*)"', text)[1]] = text  # type: ignore[index]
    return found


def write(blocks: Iterable[str], file: str | None = None) -> None:
    text = "\n\n".join(blocks) + "\n"
    if file:
        Path(file).write_text(text)
    else:
        sys.stdout.write(text)


def xgettext(arguments: list[str]) -> None:
    if "--version" in arguments:
        sys.stdout.write("xgettext (GNU gettext-tools) 0.21\n")
        return
    listed = Path(arguments[arguments.index("--files-from") + 1]).read_text()
    found = [
        f'msgid "{text}"\nmsgstr ""'
        for file in listed.splitlines()
        for text in re.findall(r"gettext\(u?['\"](.+?)['\"]\)", Path(file).read_text())
    ]
    if found:
        write([HEADER, *found])


def msguniq(arguments: list[str]) -> None:
    write(read(arguments[-1]).values())


def msgattrib(arguments: list[str]) -> None:
    found = read(arguments[-1])
    if "--clear-obsolete" in arguments:
        found = {text: found[text].replace("#~ ", "") for text in found}
    else:
        found = {text: found[text] for text in found if "#~" not in found[text]}
    write(found.values(), output(arguments))


def msgcat(arguments: list[str]) -> None:
    found: dict[str, str] = {}
    for file in arguments[arguments.index("-o") + 2 :]:
        found |= {**read(file), **found}
    write(found.values(), output(arguments))


def msgcomm(arguments: list[str]) -> None:
    one, other = map(read, arguments[-2:])
    if both := [one[text] for text in one if text and text in other]:
        write([HEADER, *both], output(arguments))


def msgmerge(arguments: list[str]) -> None:
    said, wanted = map(read, arguments[-2:])
    now = [said.get(text, wanted[text]).replace("#~ ", "") for text in wanted]
    gone = [
        re.sub(r"^(?!#~)", "#~ ", said[text], flags=re.M)
        for text in said
        if text not in wanted
    ]
    write([*now, *gone], arguments[-2])


def output(arguments: list[str]) -> str:
    return arguments[arguments.index("-o") + 1]


if __name__ == "__main__":
    globals()[Path(sys.argv[0]).name](sys.argv[1:])
