"""Layers that cache querysets: they must not answer what decides freshness.

One process has the layer, with everything in it cached for an hour; an operator has
not, as a psql or another deployment has not.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from .databases import Database
from .processes import Site, Worker
from .web.names import NAMES
from .websites import APPS, furnish, website

pytestmark = [
    pytest.mark.service,
    pytest.mark.parametrize("vendor", ["postgresql"], indirect=True, scope="session"),
]

# A database of Redis that nobody else has, since keys of these layers have no prefix.
_server = urlsplit(os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0"))
REDIS_URL = _server._replace(path="/9").geturl()
HOUR = 3600

CACHEOPS = {
    "CACHEOPS_REDIS": REDIS_URL,
    "CACHEOPS": {"*.*": {"ops": "all", "timeout": HOUR}},
}
CACHALOT = {
    "CACHES": {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
        }
    },
    "CACHALOT_TIMEOUT": HOUR,
    "CACHALOT_CACHE_ITERATORS": True,
}
FORGET_A_ROW = (
    "from django.db import connection\n"
    "connection.cursor().execute("
    '"DELETE FROM django_plugin_system_pluginitem WHERE name = %s", '
    f"['{NAMES[-1]}'])"
)
HAS_A_LAYER = (
    "from django.db.models import QuerySet\n"
    "from django.db.models.sql.compiler import SQLCompiler\n"
    "print('true' if hasattr(QuerySet, 'nocache') "
    "or hasattr(SQLCompiler.execute_sql, '__wrapped__') else 'false')"
)


@pytest.fixture(autouse=True)
def redis() -> Iterator[None]:
    """Leave nothing behind."""
    from redis import Redis

    with Redis.from_url(REDIS_URL) as redis:
        redis.flushdb()
        yield
        redis.flushdb()


@pytest.fixture
def plain(database: Database) -> Site:
    """The site without a layer."""
    site = website(database.settings)
    furnish(site)
    return site


@pytest.fixture(
    params=[
        pytest.param(("cacheops", CACHEOPS), id="cacheops"),
        pytest.param(("cachalot", CACHALOT), id="cachalot"),
    ]
)
def layered(request: pytest.FixtureRequest, plain: Site) -> Site:
    """The same site with a layer."""
    app, settings = request.param
    return website(plain.databases["default"], apps=[app, *APPS], **settings)


def test_a_switch_is_seen_at_once(plain: Site, layered: Site):
    """By the next request, though the layer would know the old rows for an hour."""
    with ExitStack() as ends:
        worker, operator = (
            Worker(site, "tests.services.web.worker") for site in (layered, plain)
        )
        for each in (worker, operator):
            ends.callback(each.kill)
            each.hear("ready")
        answers = []
        for name in NAMES[:3]:
            operator.do("choose", name=name)
            answers.append([worker.do("visit"), worker.do("visit")])

    assert answers == [[name, name] for name in NAMES[:3]]
    assert layered.run(HAS_A_LAYER)


def test_rows_and_code_are_compared_as_they_are(plain: Site, layered: Site):
    """pluginsync and the checks see that a row is gone, and that it is back."""
    before = layered.manage("pluginsync", "--check")
    layered.manage("check", "--database=default")

    plain.manage("shell", "--verbosity=0", "--command", FORGET_A_ROW)
    check = layered.manage("check", "--database=default")
    layered.manage("pluginsync", "--check", exit_code=1)
    after = layered.manage("pluginsync")

    assert before == "Rows and code are in step.\n"
    assert "Registered, but without a row in database 'default': " in check
    assert after.endswith("Rows and code are in step now.\n")
    assert plain.manage("pluginsync", "--check") == before
