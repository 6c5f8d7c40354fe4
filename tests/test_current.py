"""Which rows a lookup sees, and what it costs; the races are in tests/services."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from uuid import uuid4

import pytest
import time_machine
from asgiref.sync import async_to_sync
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.test.utils import CaptureQueriesContext
from freezegun import freeze_time

from django_plugin_system import (
    aget_plugin,
    fresh_plugins,
    get_plugin,
    get_plugin_class,
)
from django_plugin_system.checks import (
    check_active_items_load,
    check_rows_in_step,
    check_types_have_active_item,
)
from django_plugin_system.exceptions import BlockingLookup
from django_plugin_system.models import Generation, PluginItem, PluginType, generation
from django_plugin_system.own_writes import own_writes
from django_plugin_system.register import register_plugin_item, register_plugin_type
from django_plugin_system.selection import current as module
from django_plugin_system.selection.current import current, forget_all
from django_plugin_system.signals import generation_changed
from django_plugin_system.sync import sync
from tests.aliases import Elsewhere, close_in_thread
from tests.apps.otp.interfaces import AbstractOTP
from tests.declared import Mail, Sender, item_dict, type_dict

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_known():
    """Each test starts in a process that has not looked yet."""
    forget_all()
    yield
    forget_all()


def who() -> str:
    return get_plugin_class("otp", "tests.apps.otp").__name__


def behind_the_orm(name: str, status: str) -> None:
    """Change a row as raw SQL does: no generation hears of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE django_plugin_system_pluginitem SET status = %s WHERE name = %s",
            [status, name],
        )


def elsewhere(name: str, status: str) -> None:
    """Change a row as another process does: a new generation, unknown to this one."""
    behind_the_orm(name, status)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE django_plugin_system_generation SET token = %s", [uuid4().hex]
        )


def choose_first(plugin_type: PluginType) -> PluginItem:
    return plugin_type.get_active_plugins()[0]


# Requests


def test_a_request_asks_once(django_assert_num_queries):
    """One query for the first lookup of a request, none for the others."""
    with fresh_plugins():
        who()

    with fresh_plugins(), django_assert_num_queries(1):
        assert [who(), who(), who()] == ["VoiceOTP"] * 3


def test_the_first_lookup_of_a_process(django_assert_num_queries):
    """The generation, then all rows: two queries."""
    with fresh_plugins(), django_assert_num_queries(2):
        who()
        who()


def test_a_request_sees_what_was_committed_before_it():
    """The next request moves on; the one that runs keeps what it has seen."""
    with fresh_plugins():
        before = who()
        elsewhere("voice", "disable")
        during = who()
    with fresh_plugins():
        after = who()

    assert (before, during, after) == ("VoiceOTP", "VoiceOTP", "SmsIrOTP")


# Outside of requests


@pytest.mark.django_db(transaction=True)
def test_refresh_seconds(clock, django_assert_num_queries):
    """An answer counts as fresh that long, and not longer."""
    who()
    elsewhere("voice", "disable")
    clock.now += 0.9
    with django_assert_num_queries(0):
        early = who()
    clock.now += 0.2

    assert (early, who()) == ("VoiceOTP", "SmsIrOTP")


@pytest.mark.django_db(transaction=True)
def test_reload_seconds(clock):
    """Raw SQL is seen once the rows are that old."""
    who()
    behind_the_orm("voice", "disable")
    clock.now += 29
    early = who()
    clock.now += 2

    assert (early, who()) == ("VoiceOTP", "SmsIrOTP")


def test_refresh_zero(settings):
    """Zero asks each time."""
    settings.PLUGIN_SYSTEM = {"REFRESH_SECONDS": 0}
    who()

    elsewhere("voice", "disable")

    assert who() == "SmsIrOTP"


# Own writes


@pytest.mark.django_db(transaction=True)
def test_own_writes_are_seen_at_once():
    """Inside the transaction, after its commit, and in the request around it."""
    with fresh_plugins():
        seen = [who()]
        with transaction.atomic():
            PluginItem.objects.filter(name="voice").update(status="disable")
            seen.append(who())
        seen.append(who())
    seen.append(who())

    assert seen == ["VoiceOTP", "SmsIrOTP", "SmsIrOTP", "SmsIrOTP"]


@pytest.mark.django_db(transaction=True)
def test_rollback_leaves_no_trace():
    """What was read of own writes is gone with them."""
    with fresh_plugins():
        seen = [who()]
        with transaction.atomic():
            PluginItem.objects.filter(name="voice").update(status="disable")
            seen.append(who())
            transaction.set_rollback(True)
        seen.append(who())

    assert seen == ["VoiceOTP", "SmsIrOTP", "VoiceOTP"]


@pytest.mark.django_db(transaction=True)
def test_savepoint_rollback():
    """Writes before the savepoint stay seen, those after it do not."""
    with transaction.atomic():
        PluginItem.objects.filter(name="voice").update(status="disable")
        seen = [who()]
        with transaction.atomic():
            PluginItem.objects.filter(name="sms_ir").update(status="disable")
            seen.append(who())
            transaction.set_rollback(True)
        seen.append(who())
    seen.append(who())

    assert seen == ["SmsIrOTP", "KavenegarOTP", "SmsIrOTP", "SmsIrOTP"]


@pytest.mark.django_db(transaction=True)
def test_savepoint_rollback_of_the_only_write():
    """The transaction is as if it had not written, and the one after it too."""
    with transaction.atomic():
        with transaction.atomic():
            PluginItem.objects.filter(name="voice").update(status="disable")
            inside = who()
            transaction.set_rollback(True)
        after = who()

    assert (inside, after, who()) == ("SmsIrOTP", "VoiceOTP", "VoiceOTP")


def test_own_writes_in_a_test_case(django_assert_num_queries):
    """on_commit never runs in a TestCase; the rows of the test are seen all the same.

    Once they are rolled back, lookups cost what they cost before.
    """
    with transaction.atomic():
        PluginItem.objects.filter(name="voice").update(status="disable")
        inside = who()
        transaction.set_rollback(True)
    who()

    assert inside == "SmsIrOTP"
    with fresh_plugins(), django_assert_num_queries(1):
        assert who() == "VoiceOTP"


def test_a_signal_handler_sees_the_row_that_was_saved():
    """post_save runs before the new generation starts."""
    from django.db.models.signals import post_save

    seen = []

    def look(**kwargs: object) -> None:
        seen.append(who())

    post_save.connect(look, sender=PluginItem)
    try:
        item = PluginItem.objects.get(name="voice")
        who()
        item.status = "disable"
        item.save()
    finally:
        post_save.disconnect(look, sender=PluginItem)

    assert seen == ["SmsIrOTP"]


@pytest.mark.django_db(transaction=True)
def test_own_writes_though_another_thread_has_looked():
    """What others share meanwhile is right for them, not for the writer.

    This thread writes. Another one looks, and shares what is committed. This one asks.
    """
    who()
    with transaction.atomic():
        PluginItem.objects.filter(name="voice").update(status="disable")
        shared = module._shared["default"]
        module._shared["default"] = replace(
            shared, epoch=own_writes.epoch, checked_at=module.monotonic()
        )
        own = who()
        transaction.set_rollback(True)

    assert own == "SmsIrOTP"
    assert own_writes.open == 0
    assert who() == "VoiceOTP"


@pytest.mark.django_db(transaction=True)
def test_own_writes_though_a_hook_fails():
    """Another's on_commit hook that fails, and comes first, changes nothing."""

    def fail() -> None:
        raise ValueError("of a hook")

    def switch() -> None:
        with transaction.atomic():
            transaction.on_commit(fail)
            PluginItem.objects.filter(name="voice").update(status="disable")

    with fresh_plugins():
        seen = [who()]
        with pytest.raises(ValueError, match="of a hook"):
            switch()
        seen.append(who())
    seen.append(who())

    assert seen == ["VoiceOTP", "SmsIrOTP", "SmsIrOTP"]


# In transactions that have not written


@pytest.mark.django_db(transaction=True)
def test_sql_that_is_rolled_back_leaves_no_trace():
    """Even where the process reads the rows for the first time, in that transaction."""
    with fresh_plugins():
        with transaction.atomic():
            behind_the_orm("voice", "disable")
            inside = who()
            transaction.set_rollback(True)
        assert module._shared == {}

        after = who()

    assert (inside, after) == ("SmsIrOTP", "VoiceOTP")
    assert who() == "VoiceOTP"


@pytest.mark.django_db(transaction=True)
def test_each_request_in_a_transaction(django_assert_num_queries):
    """ATOMIC_REQUESTS: the rows are read once all the same, not in each request."""
    queries = []
    for _ in range(3):
        with fresh_plugins(), transaction.atomic():
            with CaptureQueriesContext(connection) as captured:
                who()
                who()
            queries.append(len(captured))

    assert queries == [2, 1, 1]


@pytest.mark.django_db(transaction=True)
def test_each_request_in_a_transaction_after_reload_seconds(clock):
    """They are read again once, and then not in each request."""
    queries = []
    for seconds in (0, 31, 0, 0):
        clock.now += seconds
        with fresh_plugins(), transaction.atomic():
            with CaptureQueriesContext(connection) as captured:
                who()
            queries.append(len(captured))

    assert queries == [2, 2, 1, 1]


@pytest.mark.django_db(transaction=True)
def test_an_old_view_is_not_taken_for_the_latest(django_assert_num_queries):
    """Outside, what was read in a transaction has to be asked for once more."""
    with transaction.atomic():
        who()

    with django_assert_num_queries(1):
        assert [who(), who()] == ["VoiceOTP"] * 2


# Forks


def test_a_child_does_not_wait_for_threads_of_its_parent():
    """Locks that were held when the process forked are free in the child."""
    with module._lock, own_writes._lock:
        child = os.fork()
        if not child:
            is_free = module._lock.acquire(blocking=False)
            own_writes.ask_again()
            os._exit(0 if is_free else 1)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0


def test_a_child_that_drops_what_another_thread_of_its_parent_held():
    """What is dropped takes the lock, which nobody in the child would release."""
    PluginItem.objects.filter(name="voice").update(status="disable")
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with own_writes._lock:
            held.set()
            done.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    child = os.fork()
    if not child:
        os._exit(0)
    done.set()
    thread.join()
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0


def test_a_child_does_not_inherit_open_transactions():
    """A child answers from its own connection, which has written nothing."""
    PluginItem.objects.filter(name="voice").update(status="disable")
    before = own_writes.are_open("default")

    own_writes.after_fork()
    module._after_fork()

    assert (before, own_writes.are_open("default"), own_writes.open) == (True, False, 0)


# Code


@pytest.mark.django_db(transaction=True)
def test_code_that_is_registered_later(django_assert_num_queries):
    """The rows are known; only what they mean is worked out anew."""
    who()
    register_plugin_type(type_dict())

    with fresh_plugins(), django_assert_num_queries(1):
        assert who() == "VoiceOTP"


# Copies


def test_what_is_handed_out_cannot_corrupt_the_snapshot():
    """A selector may change its rows as it likes; they are its own."""
    row = current().snapshot.find_type_row(PluginType.objects.get(name="otp").key)

    for item in row.known_items:
        item.status = "disable"
    row.known_items.clear()

    assert who() == "VoiceOTP"


# Without a generation


def test_rows_without_a_generation_are_not_remembered():
    """After a flush no label tells one state from another, so each request reads."""
    with fresh_plugins():
        who()
    Generation._base_manager.all().delete()
    behind_the_orm("voice", "disable")
    with fresh_plugins():
        first = who()
    behind_the_orm("voice", "active")
    with fresh_plugins():
        second = who()

    assert (first, second) == ("SmsIrOTP", "VoiceOTP")


# Threads


@pytest.mark.django_db(transaction=True)
def test_uncommitted_rows_stay_in_their_thread():
    """Another thread answers from the committed rows, before and after."""
    answers = []

    def ask() -> None:
        answers.append(who())
        close_in_thread()

    who()
    with transaction.atomic():
        PluginItem.objects.filter(name="voice").update(status="disable")
        own = who()
        if connection.vendor != "sqlite":
            thread = threading.Thread(target=ask)
            thread.start()
            thread.join()
        transaction.set_rollback(True)

    assert own == "SmsIrOTP"
    assert set(answers) <= {"VoiceOTP"}


@pytest.mark.django_db(transaction=True)
def test_a_thread_that_takes_long(monkeypatch):
    """Whoever waits for another thread's look does so for a while, then looks too."""
    monkeypatch.setattr(module, "SINGLE_FLIGHT_SECONDS", 0.01)

    with module._lock:
        assert who() == "VoiceOTP"


@pytest.mark.django_db(transaction=True)
def test_a_thread_that_was_overtaken(monkeypatch, django_assert_num_queries):
    """Of two threads that miss a generation, one reads the rows for both.

    A reads the generation, waits for the lock. B has it, reads generation and rows,
    lets go. A has it.
    """

    class Overtaken:
        """A lock that is free only after another has looked."""

        is_free = False

        def acquire(self, timeout: float) -> bool:
            if not self.is_free:
                self.is_free = True
                with fresh_plugins():
                    who()
            return True

        def release(self) -> None: ...

    monkeypatch.setattr(module, "_lock", Overtaken())

    with fresh_plugins(), django_assert_num_queries(1 + 2):
        assert who() == "VoiceOTP"


@pytest.mark.django_db(transaction=True)
def test_a_look_that_began_earlier_replaces_no_later_one(monkeypatch):
    """Of two looks that overlap, the one that began later is shared.

    A reads the generation. Another process switches. B, who began later, looks and
    shares. A reads the rows, and goes to share them under the label of before.
    """
    read_rows = generation.read_rows
    shared = []

    def overtake(*args: object) -> object:
        monkeypatch.setattr(generation, "read_rows", read_rows)
        elsewhere("voice", "disable")
        # A holds it, so B waits in vain.
        monkeypatch.setattr(module, "SINGLE_FLIGHT_SECONDS", 0.01)
        with fresh_plugins():
            who()
        shared.append(module._shared["default"])
        return read_rows(*args)

    monkeypatch.setattr(generation, "read_rows", overtake)
    with fresh_plugins():
        who()

    assert module._shared["default"] is shared[0]


@pytest.mark.django_db(transaction=True)
def test_a_clock_that_is_set_back(clock, django_assert_num_queries):
    """What was found before then is old, outside of requests and inside.

    After the next look, answers come from memory as ever.
    """
    clock.now = 5_000.0
    with fresh_plugins():
        who()
        elsewhere("voice", "disable")
        clock.now = 1_000.0
        inside = who()
    elsewhere("voice", "active")
    elsewhere("sms_ir", "disable")
    clock.now = 500.0
    outside = who()
    behind_the_orm("voice", "disable")
    clock.now = 100.0

    assert (inside, outside, who()) == ("SmsIrOTP", "VoiceOTP", "KavenegarOTP")
    with django_assert_num_queries(0):
        who()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "travel",
    [
        pytest.param(lambda: freeze_time("2030-01-01"), id="freezegun"),
        pytest.param(lambda: freeze_time("1990-01-01"), id="freezegun, to the past"),
        pytest.param(
            lambda: time_machine.travel("2030-01-01", tick=False), id="time-machine"
        ),
    ],
)
def test_after_time_travel(settings, travel):
    """Inside, time goes on for lookups; what they find is no younger afterwards."""
    settings.PLUGIN_SYSTEM = {"REFRESH_SECONDS": 0.01}
    seen = []
    with travel():
        with fresh_plugins():
            seen.append(who())
        seen.append(who())
        elsewhere("voice", "disable")
        time.sleep(0.02)
        seen.append(who())
    elsewhere("voice", "active")
    time.sleep(0.02)
    seen.append(who())

    assert seen == ["VoiceOTP", "VoiceOTP", "SmsIrOTP", "VoiceOTP"]


# Layers that remember


@pytest.fixture(params=["querysets", "compilers"])
def remembering(request, monkeypatch) -> list[str]:
    """A layer that goes on answering as it did, in either place where they sit.

    Gives what it has been asked.
    """
    results: dict[str, object] = {}

    def remember(ask: Callable[..., object], sql: str) -> object:
        if sql not in results:
            results[sql] = ask()
        return results[sql]

    fetch_all, execute_sql = QuerySet._fetch_all, SQLCompiler.execute_sql

    def fetch_all_once(rows: QuerySet) -> None:
        def ask() -> list[object]:
            fetch_all(rows)
            return rows._result_cache

        rows._result_cache = remember(ask, str(rows.query))

    def execute_sql_once(compiler: SQLCompiler, *args: object, **kwargs: object):
        def ask() -> list[object]:
            return list(execute_sql(compiler, *args, **kwargs))

        return remember(ask, str(compiler.query))

    if request.param == "querysets":
        monkeypatch.setattr(QuerySet, "_fetch_all", fetch_all_once)
        monkeypatch.setattr(
            QuerySet, "iterator", lambda rows, *args, **kwargs: iter(rows.all())
        )
    else:
        monkeypatch.setattr(SQLCompiler, "execute_sql", execute_sql_once)
    return results


def test_a_layer_that_remembers(remembering):
    """It is never asked for what decides freshness, so a switch is seen."""
    with fresh_plugins():
        before = who()
    list(PluginItem.objects.filter(name="voice").values_list("status"))

    elsewhere("voice", "disable")

    with fresh_plugins():
        assert (before, who()) == ("VoiceOTP", "SmsIrOTP")
    assert len(remembering) == 1


def test_a_layer_that_remembers_rows_that_are_gone(remembering):
    """Rows and code are compared as they are, and so are the checks."""
    assert not sync(dry_run=True).has_changes
    assert check_rows_in_step(["default"]) == []

    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_plugin_system_pluginitem WHERE name = 'voice'"
        )
        cursor.execute("UPDATE django_plugin_system_pluginitem SET status = 'disable'")

    assert sync(dry_run=True).created_items == [
        "tests.apps.otp_voice:voice for tests.apps.otp:otp"
    ]
    assert [each.id for each in check_rows_in_step(["default"])] == [
        "django_plugin_system.W001"
    ]
    assert [each.id for each in check_types_have_active_item(["default"])] == [
        "django_plugin_system.W003"
    ]
    assert check_active_items_load(["default"]) == []


# Several databases


def test_the_router_is_asked(settings):
    """Rows are read from where they are written to."""
    settings.DATABASE_ROUTERS = [Elsewhere()]

    assert module.database() == "other"


# Event loops


@pytest.mark.django_db(transaction=True)
def test_on_an_event_loop():
    """A synchronous lookup answers from memory or says what to do; never blocks."""

    async def unprepared() -> None:
        get_plugin(AbstractOTP)

    async def prepared() -> tuple[object, object]:
        with fresh_plugins():
            first = await aget_plugin(AbstractOTP)
            return first, get_plugin(AbstractOTP)

    with pytest.raises(BlockingLookup) as excinfo:
        async_to_sync(unprepared)()
    both = async_to_sync(prepared)()

    assert [type(each).__name__ for each in both] == ["VoiceOTP", "VoiceOTP"]
    assert str(excinfo.value) == (
        "A plugin was asked for on an event loop, and to answer from memory this "
        "request would have to have looked before, and not have written plugin rows "
        "since. Use 'await aget_plugin(...)', or add "
        "'django_plugin_system.middleware.fresh_plugins' to MIDDLEWARE, which looks "
        "before the view is called."
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scope", [nullcontext, fresh_plugins], ids=["none", "new"])
def test_on_an_event_loop_soon_after_a_look(scope):
    """What this process has just seen elsewhere makes no difference.

    In a request it may be too old, and outside of one the call would work or fail as
    it happens.
    """

    async def ask() -> str:
        with scope():
            return who()

    who()

    with pytest.raises(BlockingLookup):
        async_to_sync(ask)()


@pytest.mark.django_db(transaction=True)
def test_on_an_event_loop_while_another_thread_writes():
    """What one request commits makes no other ask again in the midst of its view."""

    def switch() -> None:
        PluginItem.objects.filter(name="voice").update(status="disable")
        close_in_thread()

    async def ask_twice() -> list[str]:
        with fresh_plugins():
            await aget_plugin(AbstractOTP)
            before = who()
            await asyncio.get_running_loop().run_in_executor(None, switch)
            return [before, who()]

    assert async_to_sync(ask_twice)() == ["VoiceOTP", "VoiceOTP"]
    assert who() == "SmsIrOTP"


@pytest.mark.django_db(transaction=True)
def test_on_an_event_loop_after_a_write_of_the_request():
    """Memory has no answer then; once it has been awaited, there is one again."""

    async def write_and_ask() -> str:
        with fresh_plugins():
            await aget_plugin(AbstractOTP)
            item = await PluginItem.objects.aget(name="voice")
            item.status = "disable"
            await item.asave()
            with pytest.raises(BlockingLookup):
                who()
            await aget_plugin(AbstractOTP)
            return who()

    assert async_to_sync(write_and_ask)() == "SmsIrOTP"


def test_on_an_event_loop_in_a_test_case_that_has_written():
    """What was awaited is there for synchronous calls, though it is not committed."""
    PluginItem.objects.filter(name="voice").update(status="disable")

    async def ask() -> list[str]:
        with fresh_plugins():
            first = type(await aget_plugin(AbstractOTP)).__name__
            return [first, who(), type(await aget_plugin(AbstractOTP)).__name__]

    assert async_to_sync(ask)() == ["SmsIrOTP"] * 3


@pytest.mark.django_db(transaction=True)
def test_aget_plugin_outside_of_requests(django_assert_num_queries):
    """It answers from memory as long as that is young, without a thread."""

    async def ask_twice() -> list[str]:
        await aget_plugin(AbstractOTP)
        return [type(await aget_plugin(AbstractOTP)).__name__ for _ in range(2)]

    with django_assert_num_queries(2):
        assert async_to_sync(ask_twice)() == ["VoiceOTP", "VoiceOTP"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("get_plugin", [None, choose_first], ids=["rule", "selector"])
def test_where_aget_plugin_makes_the_object(get_plugin):
    """On the event loop, whoever has chosen its class."""
    made_in = []

    class Noting(Mail):
        def __init__(self) -> None:
            made_in.append(threading.get_ident())

    register_plugin_type(type_dict(get_plugin=get_plugin))
    register_plugin_item(item_dict(plugin_class=Noting))
    sync()

    async def ask() -> int:
        await aget_plugin(Sender)
        return threading.get_ident()

    loop = async_to_sync(ask)()

    assert made_in == [loop]


@pytest.mark.django_db(transaction=True)
def test_on_an_event_loop_in_safe_mode(settings):
    """Nothing is asked, so nothing blocks."""
    settings.PLUGIN_SYSTEM = {"SAFE_MODE": True}

    async def ask() -> list[str]:
        return [who(), type(await aget_plugin(AbstractOTP)).__name__]

    assert async_to_sync(ask)() == ["VoiceOTP", "VoiceOTP"]


@pytest.mark.django_db(transaction=True)
def test_on_an_event_loop_that_may_be_blocked(monkeypatch):
    """Django's own switch for notebooks and the like counts here too."""

    async def ask() -> str:
        try:
            return who()
        finally:
            connection.close()

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

    assert async_to_sync(ask)() == "VoiceOTP"


@pytest.mark.django_db(transaction=True)
def test_aget_plugin_of_a_type_with_get_plugin(registry):
    """A selector may make queries, so it runs in a thread."""

    def select(plugin_type):
        return PluginItem.objects.get(name="kavenegar")

    register_plugin_type(
        {
            "name": "otp",
            "manager": "tests.apps.otp",
            "interface": AbstractOTP,
            "get_plugin": select,
        }
    )

    async def ask() -> object:
        return await aget_plugin(AbstractOTP)

    assert type(async_to_sync(ask)()).__name__ == "KavenegarOTP"


# Being told


@pytest.mark.django_db(transaction=True)
def test_signal_and_log(caplog):
    """A process that moves to another generation says so, once."""
    heard = []

    def hear(*, using, before, after, **kwargs: object) -> None:
        heard.append((using, before, after))

    generation_changed.connect(hear)
    try:
        with caplog.at_level(logging.INFO, "django_plugin_system"):
            who()
            first = Generation.objects.get().token
            elsewhere("voice", "disable")
            for _ in range(2):
                with fresh_plugins():
                    who()
            second = Generation.objects.get().token
    finally:
        generation_changed.disconnect(hear)

    assert heard == [("default", None, first), ("default", first, second)]
    assert caplog.messages == [
        f"Plugin selection moves to generation {token} of database 'default'."
        for token in (first, second)
    ]


@pytest.mark.django_db(transaction=True)
def test_a_receiver_that_fails(caplog):
    """Whoever asks for a plugin does not suffer from it."""

    def fail(**kwargs: object) -> None:
        raise ValueError("of a receiver")

    generation_changed.connect(fail)
    try:
        assert who() == "VoiceOTP"
    finally:
        generation_changed.disconnect(fail)

    assert "of a receiver" in caplog.text
