"""Start the demo: three sites, and what plugins deliver to. Ctrl-C ends everything.

With --check it uses all once, as a browser would, and exits with 0 if it was well.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import django
from check import check
from check_sites import check_sites
from django.core.management import call_command
from outside.mail_server import mail_server
from outside.sms_gateway import sms_gateway
from sites import Sites, two_sites
from web import site


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--check", action="store_true", help="use the site, then end")
    only_check = options.parse_args().check
    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, interrupt)
    try:
        with demo() as (url, sites):
            if only_check:
                return 0 if check(url) and check_sites(sites) else 1
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        print("\nThe demo has ended.")
        # A check that was cut short has not passed.
        return 1 if only_check else 0


def interrupt(signum: int, frame: object) -> None:
    """End the demo. Once is enough: a second time would disturb the tidying up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


@contextmanager
def demo() -> Iterator[tuple[str, Sites]]:
    """Run everything for the length of the block; give the page and the two sites."""
    with (
        TemporaryDirectory(ignore_cleanup_errors=True) as directory,
        two_sites(Path(directory)) as sites,
        mail_server() as smtp_port,
        sms_gateway() as sms_url,
    ):
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "settings",
            "DEMO_DIR": directory,
            "DEMO_SMTP_PORT": str(smtp_port),
            "DEMO_SMS_URL": sms_url,
            "DEMO_LIBRARY_URL": sites.library.url,
            "DEMO_VOGA_URL": sites.voga.url,
            # All of it is on this machine, which a proxy could not reach.
            "no_proxy": "127.0.0.1",
        }
        print("Making the database of the plugins' site.", flush=True)
        django.setup()
        call_command("migrate", verbosity=0)  # makes the rows of the plugins, too
        make_users()
        with site() as url:
            tell(url, smtp_port, sms_url, Path(directory))
            tell_of_sites(url, sites)
            print("Ctrl-C ends all of it.", flush=True)
            yield url, sites


def make_users() -> None:
    # Models can be imported once Django is set up.
    from django.contrib.auth.models import Permission, User

    User.objects.create_superuser("admin", "admin@demo.example", "admin")
    viewer = User.objects.create_user(
        "viewer", "viewer@demo.example", "viewer", is_staff=True
    )
    viewer.user_permissions.set(
        Permission.objects.filter(
            content_type__app_label="django_plugin_system", codename__startswith="view"
        )
    )
    for name in ("anna", "ben"):
        User.objects.create_user(name, f"{name}@demo.example")


def tell(url: str, smtp_port: int, sms_url: str, directory: Path) -> None:
    print(f"The page:    {url}")
    print(f"The admin:   {url}admin/")
    print("             user admin, password admin: may switch")
    print("             user viewer, password viewer: may look")
    print(f"Mail server: smtp://127.0.0.1:{smtp_port}")
    print(f"SMS gateway: {sms_url}")
    print(f"File:        {directory / 'notifications.txt'}")


def tell_of_sites(url: str, sites: Sites) -> None:
    print(f"The library: {sites.library.url}")
    print(f"Voga:        {sites.voga.url}")
    print(f"Both:        {url}side-by-side/")


if __name__ == "__main__":
    sys.exit(main())
