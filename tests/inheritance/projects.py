"""Projects written to a directory and run in processes of their own.

Models cannot be unregistered, so each variant of a site needs a process.
"""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

from tests.seed.sites import Site

# What ``startproject`` writes, but for the database.
SETTINGS = """
import os
from pathlib import Path

from django_plugin_system.inheritance import installed_apps

BASE_DIR = Path(__file__).parent
SECRET_KEY = "only for tests"
DEBUG = True
ALLOWED_HOSTS = ["testserver"]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
ROOT_URLCONF = "urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ["SITE_DATABASE"],
    }
}
LANGUAGE_CODE = "en-us"
USE_I18N = True
USE_TZ = True
STATIC_URL = "static/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
"""

URLS = """
from django.contrib import admin
from django.urls import path

urlpatterns = [path("admin/", admin.site.urls)]
"""

MANAGE = """
import os, sys
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
"""


class Project(Site):
    """A site whose scripts print JSON."""

    def ask(self, *parts: str) -> Any:
        """Run a script with apps loaded; return what it calls ``tell`` with."""
        return _told(self.run(_script(parts)))

    def ask_early(self, *parts: str) -> Any:
        """Do so in a process that has no settings yet."""
        return _told(self._python(["-c", _script(parts)]).splitlines())

    def write(self, files: dict[str, str]) -> None:
        """Write files of the site; directories of Python files become packages."""
        super().write({name: files[name] for name in files if name.endswith(".py")})
        for name in files:
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix != ".py":
                path.write_text(dedent(files[name]))

    def check(self, *arguments: str, exit_code: int = 0) -> str:
        """Return what the system checks print."""
        return self.manage("check", *arguments, exit_code=exit_code)

    def install(self, *apps: str, lines: str = "") -> Project:
        """Return the same site with these apps installed after Django's own."""
        installed = "".join(f"    {app!r},\n" for app in apps)
        site = self.with_settings(
            f"INSTALLED_APPS = [*INSTALLED_APPS,\n{installed}]", dedent(lines)
        )
        return Project(site.root, site.database, site.settings)


def make_project(directory: Path, files: dict[str, str]) -> Project:
    """Write a project with stock settings, no apps of its own, and these files."""
    project = Project(directory / "site", directory / "db.sqlite3")
    project.root.mkdir(parents=True)
    (project.root / "settings.py").write_text(SETTINGS)
    (project.root / "urls.py").write_text(URLS)
    (project.root / "manage.py").write_text(MANAGE)
    project.write(files)
    return project


def _script(parts: tuple[str, ...]) -> str:
    tell = "import json\ndef tell(it): print('TOLD', json.dumps(it, default=str))\n"
    return "\n".join([tell, *map(dedent, parts)])


def _told(lines: list[str]) -> Any:
    told = [line.removeprefix("TOLD ") for line in lines if line[:5] == "TOLD "]
    assert told, "\n".join(lines)
    return json.loads(told[-1])
