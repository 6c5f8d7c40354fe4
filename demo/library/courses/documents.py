"""Texts about a course, made of the files in ``config/courses/Course``."""

from django.template import Context, Template

from django_plugin_system.inheritance import find_config_file, find_config_files

GROUP = "courses/Course"


def invitation(course):
    """Return the text that invites to a course."""
    return fill_in(find_config_file(f"{GROUP}/invitation.txt"), course)


def documents(course):
    """Return all texts about a course by their titles."""
    return {
        file.stem.capitalize(): fill_in(file, course)
        for file in find_config_files("*.txt", GROUP).values()
    }


def fill_in(file, course):
    template = Template(file.read_text(encoding="utf-8"))
    return template.render(Context({"course": course}, autoescape=False))
