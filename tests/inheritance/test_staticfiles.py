"""Static files of an app and of those it extends."""

from __future__ import annotations

from .families import app, plain_app
from .projects import Project

FILES = {
    **app("library.cal"),
    **app("voga.cal", "library.cal", not_inherited={"static": ["cal/old/out.css"]}),
    **app("top.cal", "voga.cal"),
    **plain_app("before"),
    **plain_app("after"),
    "library/cal/static/cal/library.css": "library",
    "library/cal/static/cal/both.css": "library",
    "library/cal/static/cal/first.css": "library",
    "library/cal/static/cal/last.css": "library",
    "library/cal/static/cal/old/out.css": "library",
    "library/cal/static/cal/own.css": "library",
    "voga/cal/static/cal/both.css": "voga",
    "before/static/cal/first.css": "before",
    "after/static/cal/last.css": "after",
    "own/cal/own.css": "own",
}

LINES = """
STATICFILES_DIRS = [BASE_DIR / "own"]
STATIC_ROOT = BASE_DIR / "collected"
"""

ALL = {
    "cal/both.css": "voga",
    "cal/first.css": "before",
    "cal/last.css": "library",
    "cal/library.css": "library",
    "cal/own.css": "own",
}


def collected(site: Project) -> dict[str, str]:
    root = site.root / "collected"
    return {
        path.relative_to(root).as_posix(): path.read_text()
        for path in sorted(root.glob("cal/**/*.css"))
    }


def test_found(project: Project):
    """Finders give the nearest file, or all, but none that is left out."""
    project.write(FILES)

    told = project.install("before", "top.cal", "after", lines=LINES).ask("""
        from pathlib import Path
        from django.contrib.staticfiles.finders import find
        def text(name):
            found = find(name)
            return found and Path(found).read_text()
        names = ["both", "first", "last", "library", "own", "old/out", "none"]
        tell([
            {name: text(f"cal/{name}.css") for name in names},
            [Path(each).parts[-5] for each in find("cal/both.css", find_all=True)],
        ])
    """)

    assert told == [
        {
            "both": "voga",
            "first": "before",
            "last": "library",
            "library": "library",
            "own": "own",
            "old/out": None,
            "none": None,
        },
        ["voga", "library"],
    ]


def test_left_out_by_the_middle(project: Project):
    """What the middle leaves out, the top may have itself."""
    project.write({**FILES, "top/cal/static/cal/old/out.css": "top"})

    site = project.install("before", "top.cal", "after", lines=LINES)
    site.manage("collectstatic", "--no-input")

    assert collected(site) == {**ALL, "cal/old/out.css": "top"}


def test_collected(project: Project):
    """Of each path one file is collected, without a word about those overridden."""
    project.write({**FILES, "voga/cal/static/cal/library.css": "voga"})

    site = project.install("top.cal", "after", lines=LINES)
    printed = site.manage("collectstatic", "--no-input", "-v", "2")

    found = {**ALL, "cal/first.css": "library", "cal/library.css": "voga"}
    assert collected(site) == found
    others = [line for line in printed.splitlines() if "Found another file" in line]
    # Of an app that is no kin, and of the project.
    assert [line.split("'")[1] for line in others] == ["cal/own.css", "cal/last.css"]


def test_served(project: Project):
    """The view of runserver serves them, and the template tag names them."""
    project.write(FILES)

    told = project.install("top.cal").ask("""
        from django.contrib.staticfiles.views import serve
        from django.http import Http404
        from django.template import Context, Template
        from django.test import RequestFactory
        def served(name):
            try:
                response = serve(RequestFactory().get("/"), f"cal/{name}.css")
            except Http404:
                return 404
            return b"".join(response).decode()
        tag = Template("{% load static %}{% static 'cal/library.css' %}")
        tell([served("both"), served("old/out"), tag.render(Context())])
    """)

    assert told == ["voga", 404, "/static/cal/library.css"]


def test_with_hashes(project: Project):
    """A storage that puts hashes into names does so with inherited files too."""
    project.write(
        {**FILES, "voga/cal/static/cal/with.css": "a { background: url(library.css) }"}
    )
    manifest = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    lines = f"""
    DEBUG = False
    STATIC_ROOT = BASE_DIR / "collected"
    STORAGES = {{"staticfiles": {{"BACKEND": {manifest!r}}}}}
    """
    site = project.install("top.cal", lines=lines)

    site.manage("collectstatic", "--no-input")
    told = site.ask("""
        from django.templatetags.static import static
        tell([static("cal/library.css"), static("cal/both.css")])
    """)

    assert told[0].startswith("/static/cal/library.")
    assert told[0] != "/static/cal/library.css"
    [linking] = [
        text
        for name, text in collected(site).items()
        if name[:9] == "cal/with." and name != "cal/with.css"
    ]
    assert told[0].removeprefix("/static/cal/") in linking


def test_some_apps(project: Project):
    """A finder of some apps, with a storage of its own, finds what those inherit."""
    project.write({**FILES, "before/assets/x.css": "", "library/cal/assets/y.css": ""})

    told = project.install("before", "top.cal").ask("""
        from django.contrib.staticfiles.finders import AppDirectoriesFinder
        from django.core.files.storage import FileSystemStorage
        class Storage(FileSystemStorage):
            pass
        class Finder(AppDirectoriesFinder):
            source_dir = "assets"
            storage_class = Storage
        def listed(*names):
            return [
                (path, type(storage).__name__)
                for path, storage in Finder(*names).list(None)
            ]
        tell([listed(["top.cal"]), listed(["before"]), listed()])
    """)

    x, y = ["x.css", "Storage"], ["y.css", "Storage"]
    assert told == [[y], [x], [x, y]]
