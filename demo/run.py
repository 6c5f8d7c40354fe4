"""Start the demo: a site, and what its plugins deliver to. Ctrl-C ends everything."""

from __future__ import annotations

import os
import signal
from socketserver import ThreadingMixIn
from tempfile import TemporaryDirectory
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from outside.mail_server import mail_server
from outside.sms_gateway import sms_gateway


class ThreadingServer(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Leave the terminal to the addresses printed on it."""


def main() -> None:
    # What stops services sends SIGTERM; it ends the demo as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with (
            TemporaryDirectory() as directory,
            mail_server() as smtp_port,
            sms_gateway() as sms_url,
        ):
            os.environ |= {
                "DJANGO_SETTINGS_MODULE": "settings",
                "DEMO_DIR": directory,
                "DEMO_SMTP_PORT": str(smtp_port),
                "DEMO_SMS_URL": sms_url,
            }
            prepare()
            serve()
    except KeyboardInterrupt:
        print("\nThe demo has ended.")


def prepare() -> None:
    """Make the database and the users. migrate makes the rows of the plugins."""
    import django

    django.setup()
    from django.contrib.auth.models import Permission, User
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    User.objects.create_superuser("admin", "admin@demo.example", "admin")
    User.objects.create_user("anna", "anna@demo.example")
    viewer = User.objects.create_user(
        "viewer", "viewer@demo.example", "viewer", is_staff=True
    )
    viewer.user_permissions.set(
        Permission.objects.filter(
            content_type__app_label="django_plugin_system", codename__startswith="view"
        )
    )


def serve() -> None:
    """Serve the site on a free port until somebody interrupts."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.wsgi import get_wsgi_application

    application = StaticFilesHandler(get_wsgi_application())
    with make_server(
        "127.0.0.1", 0, application, ThreadingServer, QuietHandler
    ) as server:
        url = f"http://127.0.0.1:{server.server_port}/"
        print(f"The page:   {url}")
        print(f"The admin:  {url}admin/")
        print("            user admin, password admin: may switch")
        print("            user viewer, password viewer: may look")
        print("Ctrl-C ends the demo.", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
