"""Fill the database of a site, print its address, and serve it until input ends.

A process of its own, since models of one name cannot be there twice in one.
"""

from __future__ import annotations

import sys
from io import StringIO

import django
from django.core.management import call_command
from web import site


def main() -> None:
    django.setup()
    fill()
    with site() as url:
        print(url, flush=True)
        sys.stdin.read()


def fill() -> None:
    """Bring the database up to date, with all objects that the site's apps have."""
    call_command("migrate", verbosity=0)
    call_command("loaddata", "std", "demo", verbosity=0)
    call_command("plan_courses", stdout=StringIO())
    make_admin()


def make_admin() -> None:
    # Models can be imported once Django is set up.
    from django.contrib.auth.models import User

    if not User.objects.filter(username="admin").exists():
        User.objects.create_superuser("admin", password="admin")


if __name__ == "__main__":
    main()
