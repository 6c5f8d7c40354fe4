"""Which item answers: the default rule, overrides, and the explanation of both."""

from __future__ import annotations

import importlib
import logging
from types import SimpleNamespace

import pytest
from asgiref.sync import async_to_sync
from django.test import override_settings

from django_plugin_system.exceptions import (
    InvalidSelection,
    NoPluginAvailable,
    PluginTypeNotFound,
)
from django_plugin_system.helpers import get_plugin
from django_plugin_system.models import Generation, PluginItem, PluginType
from django_plugin_system.register import register_plugin_item, register_plugin_type
from django_plugin_system.selection.explain import explain
from django_plugin_system.selection.rule import Verdict, choose, judge
from django_plugin_system.selection.select import find_selected, warn_of_missing_type
from django_plugin_system.sync import sync
from tests.declared import Fax, Mail, Pigeon, Sender, item_dict, type_dict


def candidate(name: str, status: str, priority: int = 0, *, is_orphan: bool = False):
    """Return something shaped like a row."""
    return SimpleNamespace(
        name=name,
        status=status,
        is_orphan=is_orphan,
        rank=lambda: (priority, name, "module"),
    )


# The rule, without a database


@pytest.mark.parametrize(
    ("candidates", "chosen"),
    [
        pytest.param([], None, id="none"),
        pytest.param([("a", "active", 2), ("b", "active", 1)], "b", id="lowest-active"),
        pytest.param([("b", "active", 1), ("a", "active", 1)], "a", id="tie"),
        pytest.param([("a", "reserve", 1), ("b", "active", 9)], "b", id="active-first"),
        pytest.param(
            [("a", "reserve", 2), ("b", "reserve", 1)], "b", id="lowest-reserve"
        ),
        pytest.param([("a", "disable", 1)], None, id="disabled"),
        pytest.param([("a", "active", -32768)], "a", id="lowest-number"),
    ],
)
def test_rule(candidates, chosen):
    """First active, else first reserve, else nothing."""
    found = choose(candidate(*each) for each in candidates)

    assert (found.name if found else None) == chosen


def test_rule_never_takes_an_orphan():
    """An orphan is dropped, whatever its status."""
    orphan = candidate("gone", "active", -5, is_orphan=True)
    reserve = candidate("spare", "reserve", 7)

    assert choose([orphan, reserve]) is reserve


def test_verdicts():
    """Every candidate gets a reason: active, reserve, then the dropped, by rank."""
    judged = judge(
        [
            candidate("off", "disable", 0),
            candidate("spare", "reserve", 1),
            candidate("second", "active", 9),
            candidate("first", "active", 3),
            candidate("gone", "active", 2, is_orphan=True),
        ]
    )

    assert [(each.name, verdict) for each, verdict in judged] == [
        ("first", Verdict.CHOSEN),
        ("second", Verdict.OUTRANKED),
        ("spare", Verdict.RESERVE),
        ("off", Verdict.DISABLED),
        ("gone", Verdict.ORPHAN),
    ]


# With rows


@pytest.fixture
def senders(db) -> PluginType:
    """Return a type with rows for mail (1), fax (2) and pigeon (3), all active."""
    return make_senders()


def make_senders(**changes: object) -> PluginType:
    register_plugin_type(type_dict(**changes))
    for priority, plugin_class in enumerate((Mail, Fax, Pigeon), start=1):
        name = plugin_class.__name__.lower()
        register_plugin_item(
            item_dict(name=name, plugin_class=plugin_class, priority=priority)
        )
    sync()
    return PluginType.objects.get(name="sender", manager="tests.apps.otp")


def set_status(**statuses: str) -> None:
    for name, status in statuses.items():
        PluginItem.objects.filter(name=name).update(status=status)


def selected(*args: object, **kwargs: object) -> str | None:
    item = find_selected("sender", "tests.apps.otp", *args, **kwargs)
    return item.name if item else None


def test_default_selection_follows_rows(senders: PluginType):
    """Each step an operator takes shows in the next answer."""
    answers = [selected()]
    for step in (
        {"mail": "disable"},
        {"fax": "reserve", "pigeon": "reserve"},
        {"fax": "disable"},
        {"pigeon": "disable"},
    ):
        set_status(**step)
        answers.append(selected())

    assert answers == ["mail", "fax", "fax", "pigeon", None]


def test_get_single_plugin(senders: PluginType):
    """The model's own method answers the same."""
    assert senders.get_single_plugin() == PluginItem.objects.get(name="mail")


def test_one_query(senders: PluginType, django_assert_num_queries):
    """A transaction that has written reads its rows, however many, with one query."""
    with django_assert_num_queries(1):
        selected()


@pytest.mark.parametrize("type_name", ["sender", "sendr"])
def test_type_without_row(db, caplog, type_name):
    """None, and one warning per process with what to do."""
    register_plugin_type(type_dict(manager="tests.apps.otp_voice"))

    answers = [find_selected(type_name, "tests.apps.otp_voice") for _ in range(3)]

    assert answers == [None, None, None]
    assert caplog.messages == [
        {
            "sender": "Plugin type 'sender' of 'tests.apps.otp_voice' has no row yet, "
            "so nothing is selected. Run 'manage.py pluginsync'.",
            "sendr": "No plugin type 'sendr' of 'tests.apps.otp_voice' is registered. "
            "Did you mean 'sender' of 'tests.apps.otp_voice'? Nothing is selected.",
        }[type_name]
    ]


# get_plugin


def test_override_gets_the_row_and_the_arguments(db):
    """get_plugin is called with the PluginType and what the caller passed on."""
    seen = []

    def chooser(plugin_type, *args, **kwargs):
        seen.append((plugin_type.name, args, kwargs))
        return plugin_type.get_active_plugins()[-1]

    make_senders(get_plugin=chooser)

    assert selected(7, urgent=True) == "pigeon"
    assert seen == [("sender", (7,), {"urgent": True})]


def test_override_may_answer_a_class(db):
    """The class of an item stands for the item."""
    make_senders(get_plugin=lambda plugin_type: Fax)

    assert selected() == "fax"


def test_override_may_answer_none(db):
    """None is an answer: nothing is selected."""
    make_senders(get_plugin=lambda plugin_type: None)

    assert selected() is None


def test_override_that_answers_an_orphan(db, caplog):
    """An orphan is never selected; the log says who chose it."""
    senders = make_senders(
        get_plugin=lambda plugin_type: plugin_type.get_all_plugins()[0]
    )
    PluginItem.objects.create(
        plugin_type=senders, name="gone", module="tests.apps.otp_sms", priority=-1
    )

    answer = selected()

    assert answer is None
    assert caplog.messages == [
        "tests.test_selection.test_override_that_answers_an_orphan.<locals>.<lambda> "
        "chose plugin item 'gone' of 'tests.apps.otp_sms', but no code is registered "
        "for it; nothing is selected."
    ]


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        pytest.param("mail", "'mail'", id="a-name"),
        pytest.param(Sender, repr(Sender), id="another-class"),
    ],
)
def test_override_that_answers_nonsense(db, answer, shown):
    """What is no item of the type is refused, with what would be right."""
    make_senders(get_plugin=lambda plugin_type: answer)

    with pytest.raises(InvalidSelection) as excinfo:
        selected()

    assert str(excinfo.value) == (
        "tests.test_selection.test_override_that_answers_nonsense.<locals>.<lambda> "
        f"answered {shown} for plugin type 'sender' of 'tests.apps.otp'. It has to "
        "return a PluginItem of that type, the class of one that has a row, or None."
    )


def test_override_that_answers_an_item_of_another_type(db):
    """A row alone is not enough."""
    make_senders(get_plugin=lambda plugin_type: PluginItem.objects.get(name="voice"))

    with pytest.raises(
        InvalidSelection,
        match=r"answered <PluginItem: tests\.apps\.otp_voice:voice for tests",
    ):
        selected()


def test_override_that_fails(db):
    """Its error reaches the caller."""

    def failing(plugin_type):
        raise ZeroDivisionError

    make_senders(get_plugin=failing)

    with pytest.raises(ZeroDivisionError):
        selected()


def test_override_costs_no_further_queries(db, django_assert_num_queries):
    """The row that a get_plugin receives brings its items along."""
    make_senders(get_plugin=lambda plugin_type: plugin_type.get_active_plugins()[1])

    with django_assert_num_queries(1):
        assert selected() == "fax"


def answers_fax(plugin_type: PluginType) -> type:
    return Fax


@pytest.mark.parametrize(
    ("statuses", "chosen"),
    [
        pytest.param({}, "fax", id="first"),
        pytest.param({"fax": "disable"}, "fax2", id="first-is-disabled"),
        pytest.param({"fax": "reserve"}, "fax2", id="first-is-in-reserve"),
        pytest.param({"fax": "disable", "fax2": "reserve"}, "fax2", id="reserve"),
        pytest.param({"fax": "reserve", "fax2": "reserve"}, "fax", id="reserves"),
    ],
)
def test_override_that_answers_a_class_of_two_items(db, statuses, chosen):
    """Of the items with that class the first answers that may."""
    make_senders(get_plugin=answers_fax)
    register_plugin_item(item_dict(name="fax2", plugin_class=Fax, priority=9))
    sync()
    set_status(**statuses)

    assert selected() == chosen


def test_override_that_answers_a_class_that_is_disabled(db, caplog):
    """An operator has disabled each item with it, so nothing is selected."""
    make_senders(get_plugin=answers_fax)
    set_status(fax="disable")

    assert selected() is None
    assert caplog.messages == [
        "tests.test_selection.answers_fax chose the class tests.declared.Fax, but each "
        "item with it is disabled; nothing is selected."
    ]
    assert why_nothing() == (
        "its get_plugin, tests.test_selection.answers_fax, chose the class "
        "tests.declared.Fax, but each item with it is disabled."
    )


def answers_first(plugin_type: PluginType) -> PluginItem:
    return plugin_type.get_all_plugins()[0]


def test_override_that_answers_a_disabled_item(db):
    """A row is taken at the rule's word, and the explanation says so."""
    make_senders(get_plugin=answers_first)
    set_status(mail="disable")

    explanation = explain("sender", "tests.apps.otp")

    assert selected() == "mail"
    assert explanation.answer == "tests.apps.otp_sms:mail answers"
    assert [reason.verdict.value for reason in explanation.candidates] == [
        "passed over: get_plugin chose otherwise",
        "passed over: get_plugin chose otherwise",
        "chosen: by get_plugin, although it is disabled",
    ]


def answers_none(plugin_type: PluginType) -> None:
    return None


def why_nothing() -> str:
    with pytest.raises(NoPluginAvailable) as excinfo:
        get_plugin(Sender)
    start = "No plugin can be selected for type 'sender' of 'tests.apps.otp': "
    assert str(excinfo.value).startswith(start)
    return str(excinfo.value).removeprefix(start)


def test_override_that_answers_none_is_named(db):
    """The rows are not to blame while an item could answer."""
    make_senders(get_plugin=answers_none)
    by_rule = why_nothing()
    set_status(mail="disable", fax="disable", pigeon="disable")
    by_both = why_nothing()

    assert by_rule == (
        "its get_plugin, tests.test_selection.answers_none, returned None. Have it "
        "return an item whenever one is needed, or expect NoPluginAvailable."
    )
    assert by_both == (
        "its get_plugin, tests.test_selection.answers_none, returned None, and it has "
        "no active or reserve item whose code is loaded. Activate one in the admin, or "
        "run 'manage.py pluginsync' if its rows are missing."
    )


def test_override_that_answers_an_orphan_is_named(db):
    """So is one that chooses a row without code."""
    senders = make_senders(get_plugin=answers_first)
    PluginItem.objects.create(
        plugin_type=senders, name="gone", module="tests.apps.otp_sms", priority=-1
    )

    assert why_nothing() == (
        "its get_plugin, tests.test_selection.answers_first, chose plugin item 'gone' "
        "of 'tests.apps.otp_sms', but no code is registered for it."
    )


def test_type_without_row_is_explained(db):
    """Without rows, no rule is asked."""
    register_plugin_type(type_dict(get_plugin=answers_none))

    assert why_nothing() == (
        "it has no row. Run 'manage.py pluginsync'. If that finds nothing to do, the "
        "module that declares it is not imported when Django starts: import it in the "
        "module 'plugins' of its app."
    )


def test_type_of_no_installed_app_is_explained(db):
    """A sync would find nothing to do, so that is no advice."""
    register_plugin_type(type_dict(manager="apps.forgotten"))

    with pytest.raises(NoPluginAvailable) as excinfo:
        get_plugin(Sender)

    assert str(excinfo.value).endswith(
        ": it has no row, and 'apps.forgotten', which it belongs to, is in no "
        "installed app. Add that to INSTALLED_APPS, and run 'manage.py pluginsync'."
    )


# The explanation


def test_explain(senders: PluginType):
    """Every candidate, in order, with the rule that took or dropped it."""
    set_status(mail="disable", pigeon="reserve")

    explanation = explain("sender", "tests.apps.otp")

    assert explanation.chosen == PluginItem.objects.get(name="fax")
    assert str(explanation) == "\n".join(
        [
            "Plugin type tests.apps.otp:sender: tests.apps.otp_sms:fax answers.",
            "  Decided by the default rule: lowest priority number first, "
            "active before reserve.",
            "  tests.apps.otp_sms:fax, active, priority 2: "
            "chosen: first of the active items",
            "  tests.apps.otp_sms:pigeon, reserve, priority 3: "
            "in reserve: it answers when no active item is left",
            "  tests.apps.otp_sms:mail, disabled, priority 1: dropped: disabled",
        ]
    )


@override_settings(LANGUAGE_CODE="he")
def test_explain_is_in_one_language(senders: PluginType):
    """A status is in English as all else is, though Django could translate it."""
    line = str(explain("sender", "tests.apps.otp")).splitlines()[2]

    assert line.startswith("  tests.apps.otp_sms:mail, active, priority 1: ")


@pytest.mark.django_db(transaction=True)
def test_explain_says_how_fresh_it_is():
    """Which generation the rows are of, and since when this process knows them."""
    explanation = explain("otp", "tests.apps.otp")

    assert explanation.generation == Generation.objects.get().token
    assert explanation.age is not None
    assert 0 <= explanation.age < 60


def test_explain_nothing(senders: PluginType):
    """Nothing left to choose is said as plainly."""
    set_status(mail="disable", fax="disable", pigeon="disable")

    assert explain("sender", "tests.apps.otp").answer == "nothing answers"


def chooses_last(plugin_type):
    return plugin_type.get_active_plugins()[-1]


def test_explain_override(db):
    """An override is called, and named."""
    make_senders(get_plugin=chooses_last)
    set_status(mail="disable")

    explanation = explain("sender", "tests.apps.otp")

    assert explanation.rule == "get_plugin: tests.test_selection.chooses_last"
    assert explanation.answer == "tests.apps.otp_sms:pigeon answers"
    assert [
        (reason.item.name, reason.verdict) for reason in explanation.candidates
    ] == [
        ("fax", Verdict.OVERRIDDEN),
        ("pigeon", Verdict.CHOSEN_BY_OVERRIDE),
        ("mail", Verdict.DISABLED),
    ]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "sender",
            "Plugin type 'sender' of 'tests.apps.otp' has no row yet. "
            "Run 'manage.py pluginsync'.",
        ),
        (
            "sendr",
            "No plugin type 'sendr' of 'tests.apps.otp' is registered. "
            "Did you mean 'sender' of 'tests.apps.otp'?",
        ),
    ],
)
def test_explain_what_is_not_there(db, name, message):
    """A type without a row is no empty explanation."""
    register_plugin_type(type_dict())

    with pytest.raises(PluginTypeNotFound) as excinfo:
        explain(name, "tests.apps.otp")

    assert str(excinfo.value) == message


def test_explain_reads_each_time(senders: PluginType, django_assert_num_queries):
    """Of own rows that are not committed, nothing is remembered."""
    with django_assert_num_queries(2):
        explain("sender", "tests.apps.otp")
        explain("sender", "tests.apps.otp")


# With SAFE_MODE


SAFE_RULE = (
    "SAFE_MODE, which ignores all rows: every registered item counts as active, and "
    "the lowest priority number in code comes first"
)


@pytest.fixture
def safe_mode(settings) -> None:
    """Have rows ignored."""
    settings.PLUGIN_SYSTEM = {"SAFE_MODE": True}


def test_explain_in_safe_mode(senders: PluginType, safe_mode):
    """It says what answers, that SAFE_MODE decides, and the rows' own status."""
    set_status(mail="disable", fax="reserve")
    PluginItem.objects.filter(name="pigeon").update(priority=-7)
    PluginItem.objects.create(
        plugin_type=senders, name="gone", module="tests.apps.otp_sms"
    )
    register_plugin_item(item_dict(name="new", priority=8))

    explanation = explain("sender", "tests.apps.otp")

    assert type(get_plugin(Sender)) is Mail
    assert str(explanation) == "\n".join(
        [
            "Plugin type tests.apps.otp:sender: tests.apps.otp_sms:mail answers.",
            f"  Decided by {SAFE_RULE}.",
            "  tests.apps.otp_sms:mail, disabled, priority 1: "
            "chosen: first of the registered items, by SAFE_MODE",
            "  tests.apps.otp_sms:fax, reserve, priority 2: "
            "passed over: another item comes first",
            "  tests.apps.otp_sms:pigeon, active, priority -7: "
            "passed over: another item comes first",
            "  tests.apps.otp_sms:new, no row, priority 8: "
            "passed over: another item comes first",
            "  tests.apps.otp_sms:gone, active, priority 0: "
            "dropped: no code is registered for it in this process",
        ]
    )
    assert explanation.chosen == PluginItem.objects.get(name="mail")
    assert explanation.safe_mode


def test_explain_in_safe_mode_without_rows(db, safe_mode):
    """What answers needs no row."""
    register_plugin_type(type_dict())
    register_plugin_item(item_dict())

    explanation = explain("sender", "tests.apps.otp")

    assert explanation.answer == "tests.apps.otp_sms:mail answers"
    assert [str(reason) for reason in explanation.candidates] == [
        "tests.apps.otp_sms:mail, no row, priority 0: "
        "chosen: first of the registered items, by SAFE_MODE"
    ]


def test_explain_in_safe_mode_without_tables(empty, settings, safe_mode):
    """Nor does it need tables; what the rows say is then unknown."""

    class Empty:
        def db_for_write(self, model, **hints):
            return "empty"

    settings.DATABASE_ROUTERS = [Empty()]

    explanation = explain("otp", "tests.apps.otp")

    assert explanation.answer == "tests.apps.otp_voice:voice answers"
    assert [reason.item.status for reason in explanation.candidates] == ["unknown"] * 3


@pytest.mark.django_db(transaction=True)
def test_explain_in_safe_mode_on_an_event_loop(safe_mode):
    """Nor a database that may be asked."""

    async def ask() -> str:
        return str(explain("otp", "tests.apps.otp").candidates[0])

    assert async_to_sync(ask)() == (
        "tests.apps.otp_voice:voice, unknown, priority 5: "
        "chosen: first of the registered items, by SAFE_MODE"
    )


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        pytest.param(lambda row: row.get_active_plugins()[-1], "pigeon", id="given"),
        pytest.param(
            lambda row: PluginItem.objects.get(name="fax"), "fax", id="own-query"
        ),
        pytest.param(lambda row: Fax, "fax", id="class"),
    ],
)
def test_override_in_safe_mode(db, safe_mode, answer, name):
    """A type's own rule still decides, among all that is registered."""
    answer.__qualname__ = "answer"
    make_senders(get_plugin=answer)
    set_status(mail="disable", fax="disable", pigeon="disable")

    explanation = explain("sender", "tests.apps.otp")

    assert selected() == name
    assert explanation.answer == f"tests.apps.otp_sms:{name} answers"
    assert explanation.rule == (
        f"get_plugin: tests.test_selection.answer, in {SAFE_RULE}"
    )
    assert [
        (reason.item.name, reason.item.status)
        for reason in explanation.candidates
        if reason.verdict is Verdict.CHOSEN_BY_OVERRIDE
    ] == [(name, "disable")]


def test_override_that_answers_another_type_in_safe_mode(db, safe_mode):
    """That is refused there, too."""
    make_senders(get_plugin=lambda row: PluginItem.objects.get(name="voice"))

    with pytest.raises(InvalidSelection, match="answered <PluginItem: tests"):
        selected()


def test_no_log_when_all_is_well(senders: PluginType, caplog):
    """A plain selection says nothing."""
    with caplog.at_level(logging.DEBUG, "django_plugin_system"):
        selected()

    assert caplog.messages == []


@pytest.mark.django_db
def test_unknown_type_while_a_module_is_imported(tmp_path, monkeypatch, caplog):
    """A sync will not make it either: None, and a word on what is known."""
    warn_of_missing_type.cache_clear()
    (tmp_path / "asking.py").write_text(
        "from django_plugin_system import get_plugin_class\n"
        "found = get_plugin_class('opt', 'tests.apps.otp')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)

    found = importlib.import_module("asking").found

    assert found is None
    assert caplog.messages == [
        "No plugin type 'opt' of 'tests.apps.otp' is registered. Did you mean 'otp' of "
        "'tests.apps.otp'? Nothing is selected."
    ]
