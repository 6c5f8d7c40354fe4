"""What the package index shows of the package, in its wheel and its source archive."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from email import message_from_string
from email.message import Message
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ADDRESS = PYPROJECT["tool"]["hatch"]["metadata"]["hooks"]["custom"]["repository"]
ELSEWHERE = "https://code.example.com/somebody/plugins"

# Inline links and pictures, references, and those of HTML.
LINKS = re.compile(
    r"""\]\(\s*<?([^)\s>]+) | ^\[[^\]]+\]:\s*(\S+) | \b(?:href|src)=["']([^"']+)""",
    re.VERBOSE | re.MULTILINE,
)


@pytest.fixture(scope="module", params=["wheel", "source"])
def metadata(request: pytest.FixtureRequest, built: Path) -> Message:
    """Return what is said of the package whose repository has moved elsewhere."""
    if request.param == "wheel":
        (path,) = built.glob("*.whl")
        with ZipFile(path) as wheel:
            (name,) = [name for name in wheel.namelist() if name.endswith("/METADATA")]
            return message_from_string(wheel.read(name).decode())
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        (name,) = [name for name in archive.getnames() if name.endswith("/PKG-INFO")]
        return message_from_string(archive.extractfile(name).read().decode())


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a copy in which nothing but the one setting differs: wheel from source."""
    copy = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "src", copy / "src")
    for name in ("README.md", "LICENSE", "hatch_build.py"):
        shutil.copy(ROOT / name, copy)
    settings = (ROOT / "pyproject.toml").read_text()
    (copy / "pyproject.toml").write_text(settings.replace(ADDRESS, ELSEWHERE))
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "-o", copy / "dist"],
        cwd=copy,
        capture_output=True,
        check=True,
    )
    return copy / "dist"


def test_links(metadata):
    """No link of the long description is relative, and all follow the one setting."""
    text = metadata.get_payload()

    links = ["".join(found) for found in LINKS.findall(text)]

    assert len(links) > 20
    assert [link for link in links if not link.startswith(ELSEWHERE)] == []
    assert f"{ELSEWHERE}/blob/main/docs/tutorial.md" in links
    assert f"{ELSEWHERE}#extend" in links
    assert ADDRESS not in text
    assert "docs-test" not in text


def test_urls(metadata):
    """The addresses that the package index shows beside it follow that setting, too."""
    assert metadata.get_all("Project-URL") == [
        f"Homepage, {ELSEWHERE}",
        f"Documentation, {ELSEWHERE}/blob/main/docs/index.md",
        f"Changelog, {ELSEWHERE}/blob/main/CHANGELOG.md",
        f"Issues, {ELSEWHERE}/issues",
    ]


def test_one_setting():
    """The address stands in one place of what is built."""
    texts = [ROOT / "pyproject.toml", ROOT / "README.md", ROOT / "hatch_build.py"]

    assert sum(path.read_text().count(ADDRESS) for path in texts) == 1


def test_what_the_admin_needs_is_in_the_wheel(built):
    """Templates, styles and scripts come along."""
    (path,) = built.glob("*.whl")
    with ZipFile(path) as wheel:
        names = wheel.namelist()

    package = ROOT / "src"
    files = [
        str(file.relative_to(package))
        for kind in ("static", "templates")
        for file in (package / "django_plugin_system" / kind).rglob("*.*")
    ]
    assert len(files) >= 9
    assert set(files) <= set(names)
