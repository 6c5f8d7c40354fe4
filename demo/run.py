"""Start the demo: a site, and what its plugins deliver to. Ctrl-C ends everything.

With --check it uses the site once, as a browser would, and exits with 0 if all arrived.
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
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from outside.background import serving
from outside.mail_server import mail_server
from outside.sms_gateway import sms_gateway


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Leave the terminal to the addresses printed on it."""


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--check", action="store_true", help="use the site, then end")
    only_check = options.parse_args().check
    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, interrupt)
    try:
        with demo() as url:
            if only_check:
                return 0 if check(url) else 1
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
def demo() -> Iterator[str]:
    """Run everything for the length of the block; give the address of the page."""
    with (
        TemporaryDirectory(ignore_cleanup_errors=True) as directory,
        mail_server() as smtp_port,
        sms_gateway() as sms_url,
    ):
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "settings",
            "DEMO_DIR": directory,
            "DEMO_SMTP_PORT": str(smtp_port),
            "DEMO_SMS_URL": sms_url,
            # All of it is on this machine, which a proxy could not reach.
            "no_proxy": "127.0.0.1",
        }
        django.setup()
        call_command("migrate", verbosity=0)  # makes the rows of the plugins, too
        make_users()
        with site() as url:
            tell(url, smtp_port, sms_url, Path(directory))
            yield url


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


@contextmanager
def site() -> Iterator[str]:
    """Serve the site on a free port for the length of the block; give its address."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), QuietHandler)
    server.set_app(StaticFilesHandler(get_wsgi_application()))
    with serving(server) as url:
        yield url


def tell(url: str, smtp_port: int, sms_url: str, directory: Path) -> None:
    print(f"The page:    {url}")
    print(f"The admin:   {url}admin/")
    print("             user admin, password admin: may switch")
    print("             user viewer, password viewer: may look")
    print(f"Mail server: smtp://127.0.0.1:{smtp_port}")
    print(f"SMS gateway: {sms_url}")
    print(f"File:        {directory / 'notifications.txt'}")
    print("Ctrl-C ends all of it.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
