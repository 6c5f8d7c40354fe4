"""Texts about a course, made of the files in ``config/courses/Course``."""

from django.template import Context, Template

from django_plugin_system.inheritance import find_config_files


def documents(course):
    """Return all texts about a course by their titles."""
    files = find_config_files("*.txt", "courses/Course").values()
    return {file.stem.capitalize(): fill_in(file, course) for file in files}


def fill_in(file, course):
    template = Template(file.read_text(encoding="utf-8"))
    return template.render(Context({"course": course}, autoescape=False))
