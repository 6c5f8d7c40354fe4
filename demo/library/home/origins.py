"""Which package of its lineage each thing of an app comes from, as Django finds it."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from django.contrib.staticfiles import finders
from django.core.management import get_commands, load_command_class
from django.template.loader import get_template

from django_plugin_system.inheritance import find_config_file, lineage

MODULES = ("admin", "urls", "views")


def origins(app):
    """Return by kind what an app has, each thing with the package it comes from."""
    found = {
        "Models": {model.__name__: model.__module__ for model in app.get_models()},
        "Modules": modules(app),
        "Tag libraries": tag_libraries(app),
        "Templates": files(app, "templates", template_file),
        "Static files": files(app, "static", finders.find),
        "Config files": files(app, "config", find_config_file),
        "Fixtures": fixtures(app),
        "Commands": commands(app),
        "Migrations": migrations(app),
    }
    return {
        kind: [(name, package_of(app, place)) for name, place in things.items()]
        for kind, things in found.items()
        if things
    }


def package_of(app, place):
    """Return the package that a module, or a file, is in."""
    if isinstance(place, str):
        return next(each for each in lineage(app) if f"{place}.".startswith(f"{each}."))
    homes = {directory(package): package for package in lineage(app)}
    return next(homes[parent] for parent in place.parents if parent in homes)


def directory(package):
    return Path(import_module(package).__path__[0])


def modules(app):
    # One that is inherited is the parent's very module, and named so.
    return {
        name: import_module(f"{app.name}.{name}").__name__
        for name in MODULES
        if find_spec(f"{app.name}.{name}")
    }


def tag_libraries(app):
    names = [
        f"templatetags.{path.stem}" for path in paths(app, "templatetags/[!_]*.py")
    ]
    return {
        name.partition(".")[2]: import_module(f"{app.name}.{name}").__name__
        for name in names
    }


def files(app, kind, find):
    """Return where Django finds each file that a package of the app has."""
    names = [
        path.relative_to(directory(package) / kind).as_posix()
        for package in lineage(app)
        for path in sorted((directory(package) / kind).rglob("*.*"))
    ]
    return {name: Path(find(name)) for name in names}


def template_file(name):
    return get_template(name).origin.name


def fixtures(app):
    # The nearest of each name, whatever its format.
    return {path.stem: path for path in paths(app, "fixtures/[!_]*.*")}


def commands(app):
    return {
        name: load_command_class(app.name, name).__module__
        for name, owner in get_commands().items()
        if owner == app.name
    }


def migrations(app):
    # There are no two of one name.
    return {path.stem: path for path in paths(app, "migrations/[!_]*.py")}


def paths(app, pattern):
    """Yield the files of all packages of an app that fit, the parents' first."""
    for package in reversed(lineage(app)):
        yield from sorted(directory(package).glob(pattern))
