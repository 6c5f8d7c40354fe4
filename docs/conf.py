"""How the documentation is built; the package has to be installed."""

from __future__ import annotations

import django
from django.conf import settings

import django_plugin_system

# autodoc imports the models, and these need a project around them.
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django_plugin_system"],
    USE_TZ=True,
)
django.setup()

project = "django-plugin-system"
version = release = django_plugin_system.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build"]

html_theme = "furo"
html_title = f"{project} {version}"
html_show_copyright = False

myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
nitpick_ignore_regex = [
    # What is not ours is documented elsewhere, and building needs no network.
    ("py:.*", r"(?!django_plugin_system\.).*"),
    # Type variables are in signatures only.
    ("py:class", r"django_plugin_system\.[\w.]+\.[A-Z]"),
    # What decorators and with-statements are made of, and what these may be given.
    ("py:class", r"django_plugin_system\.(blocks\.Block|testing\.Given)"),
]
