"""Start-up: plugins are discovered, and what is broken hides nothing else."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import sysconfig
from contextlib import closing
from pathlib import Path

import pytest
from django.core.checks import run_checks

from django_plugin_system import register
from django_plugin_system.registry import Registry
from tests.declared import Sender, Unrelated

ROOT = Path(__file__).parent.parent
ACME = ROOT / "tests" / "distributions" / "acme_sms"


def run(python: str | Path, code: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run code after django.setup() in a process of its own."""
    return subprocess.run(
        [python, "-c", f"import django; django.setup()\n{code}"],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", **env},
        capture_output=True,
        text=True,
        check=True,
    )


# Autodiscovery


def test_plugins_modules_are_imported(registry: Registry):
    """Every installed app's plugins module has registered its items."""
    assert {item.name for item in registry.items()} >= {"sms_ir", "kavenegar", "voice"}


def test_a_broken_plugins_module(registry: Registry, settings, caplog):
    """It is logged and recorded; the apps behind it are still discovered."""
    settings.INSTALLED_APPS = ["tests.apps.broken_import", *settings.INSTALLED_APPS]

    ids = [message.id for message in run_checks() if "tests.apps" in message.msg]

    assert caplog.messages == [
        "tests.apps.broken_import.plugins could not be loaded; its plugins are missing."
    ]
    assert [(source, str(error)) for source, error in registry.broken().items()] == [
        ("tests.apps.broken_import.plugins", "the provider's SDK is not there")
    ]
    assert ids == ["django_plugin_system.W004"]
    assert "voice" in {item.name for item in registry.items()}


def test_a_plugins_module_with_a_mistake(registry: Registry, settings, caplog):
    """A wrong declaration at start-up is logged, and an Error for check."""
    settings.INSTALLED_APPS = ["tests.apps.broken_item", *settings.INSTALLED_APPS]

    messages = [message for message in run_checks() if "tests.apps" in message.msg]

    assert caplog.messages == [
        "tests.apps.broken_item.plugins declares a plugin wrongly; it was rejected."
    ]
    assert [(message.id, message.msg) for message in messages] == [
        (
            "django_plugin_system.E003",
            "tests.apps.broken_item.plugins was rejected: Plugin item 'half': "
            "tests.apps.broken_item.plugins.HalfOTP is still abstract, so it could "
            "never be instantiated. Implement: send_otp.",
        )
    ]


def test_a_module_that_was_mended(registry: Registry):
    """A source that loads at last is no failure any more."""
    registry.record_broken("tests.apps.otp_sms.plugins", ImportError("earlier"))

    register.autodiscover()

    assert registry.broken() == {}


def test_interfaces_imported_by_apps_py():
    """A decorator that runs before apps are known takes effect once they are."""
    code = (
        "from django_plugin_system.registry import plugins\n"
        "print([str(spec.key) for spec in plugins.types()])"
    )

    done = run(sys.executable, code)

    assert done.stdout == "['tests.apps.otp:otp']\n"


def test_a_deferred_declaration_that_fails(registry: Registry, caplog):
    """Its mistake is recorded, and the next one still runs."""
    done = []

    def fail() -> None:
        registry.register_type(
            register.PluginTypeSpec(name="x", manager="m", interface=Unrelated)
        )

    register._deferred.extend(
        [("first", fail, None), ("second", lambda: done.append(1), None)]
    )
    register.run_deferred()

    assert caplog.messages == ["first could not be registered."]
    assert list(registry.rejected()) == ["first"]
    assert done == [1]


def test_decorators_wait_while_apps_are_not_ready(registry: Registry, monkeypatch):
    """Nothing is registered until Django knows whose class it is."""
    monkeypatch.setattr(register.apps, "apps_ready", False)
    register.plugin_type("sender")(Sender)
    before = len(registry.types())

    monkeypatch.undo()
    register.run_deferred()

    assert len(registry.types()) == before + 1


def test_a_wrong_setting_is_logged_at_start_up():
    """check has the Error; a server that runs no checks has the log line."""
    code = (
        "from django.conf import settings\n"
        "from django.apps import apps\n"
        "settings.PLUGIN_SYSTEM = {'ENTRYPOINTS': True}\n"
        "apps.get_app_config('django_plugin_system').ready()\n"
    )

    done = run(sys.executable, code)

    assert done.stderr == (
        "PLUGIN_SYSTEM has an unknown key 'ENTRYPOINTS'. Did you mean 'ENTRY_POINTS'?\n"
    )


# A project that has not installed the app


UNINSTALLED = """
from tests.settings import *
INSTALLED_APPS = [app for app in INSTALLED_APPS if app in USED]
MIDDLEWARE, TEMPLATES, ROOT_URLCONF, urlpatterns = [], [], "uninstalled", []
"""
ADVICE = (
    "django.core.exceptions.ImproperlyConfigured: Plugins are used, but "
    "'django_plugin_system' is not installed. Add 'django_plugin_system' to "
    "INSTALLED_APPS."
)


@pytest.fixture
def uninstalled(tmp_path: Path):
    """Run code in a project that has some of the test apps, but not the library."""

    def run_with(*used: str, code: str) -> subprocess.CompletedProcess[str]:
        settings = f"USED = {['django.contrib.contenttypes', *used]}\n{UNINSTALLED}"
        (tmp_path / "uninstalled.py").write_text(settings)
        return subprocess.run(
            [sys.executable, "-c", f"import django; django.setup()\n{code}"],
            cwd=ROOT,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "uninstalled",
                "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)]),
            },
            capture_output=True,
            text=True,
        )

    return run_with


@pytest.mark.parametrize(
    "code",
    [
        "import tests.apps.otp.interfaces",
        "import tests.apps.otp_sms.plugins",
        "from django_plugin_system import get_plugin_class\n"
        "get_plugin_class('otp', 'tests.apps.otp')",
        "from django_plugin_system import explain",
        "from django_plugin_system.models import PluginItem",
        "from django_plugin_system import register_plugin_type\n"
        "from tests.declared import type_dict\n"
        "register_plugin_type(type_dict())",
    ],
)
def test_first_use_without_the_app(uninstalled, code):
    """Whatever is used first says what is missing, and where to add it."""
    done = uninstalled(code=code)

    assert done.stderr.splitlines()[-1] == ADVICE


def test_check_without_the_app(uninstalled):
    """What an apps.py declares is an Error, though nothing looks at it at start-up."""
    done = uninstalled(
        "tests.apps.otp",
        code="from django.core.management import call_command; call_command('check')",
    )

    assert done.stderr.splitlines()[-5:] == [
        "ERRORS:",
        "?: (django_plugin_system.E004) Plugins are declared, but "
        "'django_plugin_system' is not in INSTALLED_APPS.",
        "\tHINT: Add 'django_plugin_system' to INSTALLED_APPS.",
        "",
        "System check identified 1 issue (0 silenced).",
    ]


def test_check_with_the_app():
    """Nothing is to be said of a project that has it."""
    assert register.check_installed() == []


# Entry points


@pytest.fixture
def acme(tmp_path, monkeypatch) -> None:
    """Put a distribution, with its metadata, on sys.path."""
    info = tmp_path / "acme_sms-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-sms\n")
    (info / "entry_points.txt").write_text(
        "[django_plugin_system.plugins]\n"
        "acme_sms = acme_sms.plugins\n"
        "acme_call = acme_sms.more:register\n"
        "broken = acme_sms.broken\n"
        "hyphen = acme-sms.plugins\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.syspath_prepend(ACME / "src")
    yield
    for name in [name for name in sys.modules if name.startswith("acme_sms")]:
        del sys.modules[name]


def test_entry_points_are_loaded(registry: Registry, acme, caplog):
    """Modules and functions register; a broken one is recorded and hides none."""
    register.load_entry_points()

    found = [(i.name, i.module) for i in registry.items() if "acme" in i.name]
    assert found == [("acme", "acme_sms"), ("acme_call", "acme_sms")]
    broken = ["broken = acme_sms.broken", "hyphen = acme-sms.plugins"]
    assert list(registry.broken()) == [f"entry point {each}" for each in broken]
    assert caplog.messages == [
        f"entry point {each} could not be loaded; its plugins are missing."
        for each in broken
    ]


def test_providers_count_as_installed(registry: Registry, acme):
    """Rows of a distribution that brings plugins are not those of a missing app."""
    before = register.is_installed("acme_sms")

    register.load_entry_points()

    assert (before, register.is_installed("acme_sms")) == (False, True)
    assert register.is_installed("acme_sms.more")
    assert not register.is_installed("acme_sms_too")


@pytest.mark.parametrize(
    ("owner", "expected"),
    [
        ("tests.apps.otp", True),
        ("tests.apps.otp.channels.fax", True),
        ("tests.apps", False),
        ("tests.apps.otp_fax", False),
    ],
)
def test_is_installed_goes_by_app_names(owner, expected):
    """A dotted path inside an installed app is part of the project."""
    assert register.is_installed(owner) is expected


def test_a_real_distribution(tmp_path):
    """Built, installed beside Django, and opted in: its plugins have rows and answer.

    Without the opt-in nothing of it is imported.
    """
    python = scratch_environment(tmp_path, build_wheel(tmp_path))
    code = (
        "import json, sys\n"
        "from django.conf import settings\n"
        "from django.core.management import call_command\n"
        "from django_plugin_system import get_plugin_instance\n"
        "call_command('migrate', verbosity=0)\n"
        "otp = get_plugin_instance('otp', 'tests.apps.otp')\n"
        "print(json.dumps([otp.send_otp('+31', '12'), 'acme_sms' in sys.modules]))"
    )
    settings = tmp_path / "opted_in.py"
    settings.write_text(
        "from tests.settings import *\nPLUGIN_SYSTEM = {'ENTRY_POINTS': True}\n"
    )

    off = run(python, code)
    on = run(
        python,
        code,
        DJANGO_SETTINGS_MODULE="opted_in",
        PYTHONPATH=os.pathsep.join([str(tmp_path), str(ROOT)]),
    )

    assert json.loads(off.stdout) == ["voice +31 12", False]
    assert json.loads(on.stdout) == ["acme +31 12", True]


def build_wheel(tmp_path: Path) -> Path:
    """Build the distribution in tests/distributions."""
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", tmp_path],
        cwd=ACME,
        capture_output=True,
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    return wheel


def scratch_environment(tmp_path: Path, wheel: Path) -> Path:
    """Install the wheel into an environment that sees this one's packages."""
    environment = tmp_path / "environment"
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", environment], check=True
    )
    python = environment / "bin" / "python"
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--python", python),
            *("install", "--quiet", "--no-index", "--no-deps", wheel),
        ],
        capture_output=True,
        check=True,
    )
    (site_packages,) = environment.glob("lib/python*/site-packages")
    here = sysconfig.get_path("purelib")
    (site_packages / "parent.pth").write_text(f"import site; site.addsitedir({here!r})")
    return python


# Lookups at start-up


@pytest.fixture
def manage(tmp_path: Path):
    """Runs commands of a project on a database that has no tables yet.

    Its URLconf asks for a plugin.
    """
    (tmp_path / "asking_settings.py").write_text(
        "import os\n"
        "from tests.settings import *\n"
        "ROOT_URLCONF = 'asking_urls'\n"
        f"DATABASES['default']['NAME'] = {str(tmp_path / 'db.sqlite3')!r}\n"
        "DATABASE_ROUTERS = os.environ['ROUTERS'].split()\n"
        "INSTALLED_APPS = [*os.environ['EARLIER'].split(), *INSTALLED_APPS, "
        "*os.environ['LATER'].split()]\n"
    )
    (tmp_path / "asking_urls.py").write_text(
        "from django_plugin_system import get_plugin\n"
        "from tests.apps.otp.interfaces import AbstractOTP\n"
        "urlpatterns = []\n"
        "print('asked:', type(get_plugin(AbstractOTP)).__name__)\n"
    )

    def manage(
        *arguments: str,
        earlier: str = "",
        later: str = "",
        routers: str = "",
        exit_code: int = 0,
    ) -> str:
        command = subprocess.run(
            [sys.executable, "-m", "django", *arguments],
            cwd=ROOT,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "asking_settings",
                "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}",
                "EARLIER": earlier,
                "LATER": later,
                "ROUTERS": routers,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert command.returncode == exit_code, command.stdout
        return command.stdout

    return manage


def sql(database: Path, statement: str) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(statement)


NO_TABLES_YET = (
    "A plugin was asked for at start-up, and database 'default' has no tables for "
    "plugins yet: the registered item with the lowest priority answers. 'manage.py "
    "migrate --database default' makes the tables.\n"
)


def test_commands_whose_checks_ask_for_a_plugin(manage, tmp_path: Path):
    """They get through before migrate, migrate itself too, and after it.

    Until then the code answers, which is said; then the rows do.
    """
    before = [manage("check"), manage("makemigrations", "--check")]
    migrated = manage("migrate", "--verbosity=0")
    sql(
        tmp_path / "db.sqlite3",
        "UPDATE django_plugin_system_pluginitem SET status = 'disable' "
        "WHERE name = 'voice'",
    )
    after = manage("check")

    # What is logged and what is printed come in no order.
    for output in (*before, migrated):
        assert output.count(NO_TABLES_YET) == 1
        assert output.count("asked: VoiceOTP\n") == 1
    assert "asked: SmsIrOTP\n" in after
    assert NO_TABLES_YET not in after


def test_a_sync_whose_checks_ask_for_a_plugin_that_has_no_row(manage, tmp_path: Path):
    """It gets through: at start-up, rows that it will make count as if they were."""
    manage("migrate", "--verbosity=0")
    sql(tmp_path / "db.sqlite3", "DELETE FROM django_plugin_system_pluginitem")
    items = manage("pluginsync", "--verbosity=0")
    sql(tmp_path / "db.sqlite3", "DELETE FROM django_plugin_system_pluginitem")
    sql(tmp_path / "db.sqlite3", "DELETE FROM django_plugin_system_plugintype")
    types = manage("pluginsync", "--verbosity=0")

    assert items.endswith("asked: VoiceOTP\n")
    assert types.endswith("asked: VoiceOTP\n")
    assert manage("pluginsync", "--check").endswith("Rows and code are in step.\n")


def make_app(directory: Path, **modules: str) -> None:
    app = directory / "earlier"
    app.mkdir()
    for name, code in {"__init__": "", **modules}.items():
        (app / f"{name}.py").write_text(code)


@pytest.mark.parametrize("place", ["earlier", "later"])
def test_a_lookup_in_the_ready_of_another_app(manage, tmp_path: Path, place: str):
    """It is answered as all later ones are, since what is declared is found first."""
    manage("migrate", "--verbosity=0")
    make_app(
        tmp_path,
        apps="from django.apps import AppConfig\n"
        "class Earlier(AppConfig):\n"
        "    name = 'earlier'\n"
        "    def ready(self):\n"
        "        from django_plugin_system import get_plugin\n"
        "        from tests.apps.otp.interfaces import AbstractOTP\n"
        "        print('ready:', type(get_plugin(AbstractOTP)).__name__)\n",
    )

    output = manage("check", **{place: "earlier"})

    assert "ready: VoiceOTP\n" in output
    assert "System check identified no issues" in output


@pytest.mark.parametrize("routers", ["", "tests.aliases.Elsewhere"])
def test_a_lookup_before_models_are_loaded(manage, tmp_path: Path, routers: str):
    """It says where to ask instead, also where a router would be asked first."""
    make_app(
        tmp_path,
        models="from django_plugin_system import get_plugin\n"
        "from tests.apps.otp.interfaces import AbstractOTP\n"
        "get_plugin(AbstractOTP)\n",
    )

    output = manage("check", earlier="earlier", routers=routers, exit_code=1)

    assert output.splitlines()[-1] == (
        "django.core.exceptions.AppRegistryNotReady: A plugin was asked for before the "
        "models of all apps were loaded, so its row cannot be read yet. Ask for it "
        "where it is needed, in a function or a method, and not while a module is "
        "imported. What has to be chosen at start-up can be asked for in the ready() "
        "of an app."
    )
