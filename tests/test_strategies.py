"""The ready-made values for get_plugin."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from django_plugin_system import explain, round_robin, sticky, weighted
from django_plugin_system.exceptions import DeclarationValueError
from django_plugin_system.models import PluginItem
from django_plugin_system.register import register_plugin_item, register_plugin_type
from django_plugin_system.selection.current import current
from django_plugin_system.selection.rule import Verdict
from django_plugin_system.selection.select import find_selected
from django_plugin_system.selection.strategies import _turns
from django_plugin_system.specs import TypeKey
from django_plugin_system.sync import sync
from tests.declared import Fax, Mail, Pigeon, item_dict, type_dict

pytestmark = pytest.mark.django_db

STRATEGIES = [
    pytest.param(round_robin, id="round_robin"),
    pytest.param(weighted({}), id="weighted"),
    pytest.param(sticky("number"), id="sticky"),
]


@pytest.fixture(autouse=True)
def turns():
    """Let each test start with the first turn."""
    _turns.clear()


def use(strategy: object) -> None:
    """Register mail, fax and pigeon, all active, under a type with that get_plugin."""
    register_plugin_type(type_dict(get_plugin=strategy))
    for priority, plugin_class in enumerate((Mail, Fax, Pigeon), start=1):
        name = plugin_class.__name__.lower()
        register_plugin_item(
            item_dict(name=name, plugin_class=plugin_class, priority=priority)
        )
    sync()


def selected(**kwargs: object) -> str | None:
    item = find_selected("sender", "tests.apps.otp", **kwargs)
    return item.name if item else None


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_no_active_item(strategy):
    """The default rule goes on: first of the reserve, else nothing."""
    use(strategy)
    PluginItem.objects.filter(name="mail").update(status="disable")
    PluginItem.objects.exclude(name="mail").update(status="reserve")
    from_reserve = selected(number=1)
    PluginItem.objects.update(status="disable")

    assert from_reserve == "fax"
    assert selected(number=1) is None


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_explained_without_being_called(strategy):
    """No turn is spent, no argument invented: each active item may answer."""
    use(strategy)

    explanation = explain("sender", "tests.apps.otp")

    assert explanation.answer == "the answer differs from call to call"
    assert [reason.verdict for reason in explanation.candidates] == [
        Verdict.UP_TO_OVERRIDE
    ] * 3
    assert _turns == {}


def test_explained_by_name():
    """The explanation names the strategy."""
    use(sticky("number"))

    rule = explain("sender", "tests.apps.otp").rule

    assert rule == "get_plugin: django_plugin_system.selection.strategies.sticky"


def test_round_robin():
    """The active items take turns in selection order; a disabled one has none."""
    use(round_robin)
    three = [selected() for _ in range(4)]
    PluginItem.objects.filter(name="fax").update(status="disable")
    two = {selected() for _ in range(2)}

    assert three == ["mail", "fax", "pigeon", "mail"]
    assert two == {"mail", "pigeon"}


def test_round_robin_in_threads():
    """Threads share the turns, so that each item gets its part."""
    use(round_robin)
    row = current().snapshot.find_type_row(TypeKey("sender", "tests.apps.otp"))

    with ThreadPoolExecutor(4) as pool:
        names = list(pool.map(lambda _: round_robin(row).name, range(300)))

    assert Counter(names) == {"mail": 100, "fax": 100, "pigeon": 100}


def test_weighted():
    """Draws follow the weights; weight 0 is never drawn, no weight counts as 1."""
    use(weighted({"mail": 3, "fax": 0}))

    drawn = Counter(selected() for _ in range(400))

    # The chance that pigeon's share strays from 100 by 60 is below 1 in 10 million.
    assert set(drawn) == {"mail", "pigeon"}
    assert 40 < drawn["pigeon"] < 160


def test_weighted_all_zero():
    """Nothing to draw from: the default rule decides."""
    use(weighted({"mail": 0, "fax": 0, "pigeon": 0}))

    assert selected() == "mail"


@pytest.mark.parametrize("weight", [-1, float("nan"), float("inf")])
def test_weights_that_make_no_sense(weight):
    """They are refused where they are written."""
    with pytest.raises(DeclarationValueError) as excinfo:
        weighted({"mail": weight})

    assert str(excinfo.value) == (
        f"weighted(): the weight of 'mail' is {weight!r}. "
        "It has to be a finite number, 0 or more."
    )


def test_sticky():
    """A value keeps its item; when one goes, only its own values move."""
    use(sticky("number"))
    before = {number: selected(number=number) for number in range(60)}
    PluginItem.objects.filter(name="fax").update(status="disable")
    after = {number: selected(number=number) for number in range(60)}

    assert set(before.values()) == {"mail", "fax", "pigeon"}
    assert all(
        after[number] == name for number, name in before.items() if name != "fax"
    )


def test_sticky_is_the_same_in_every_process():
    """The answer is a hash of names, which no process or database changes."""
    use(sticky("number"))

    assert [selected(number=number) for number in range(6)] == [
        "fax",
        "fax",
        "pigeon",
        "fax",
        "fax",
        "mail",
    ]


def test_sticky_without_its_argument():
    """The message tells where to pass what."""
    use(sticky("number"))

    with pytest.raises(TypeError) as excinfo:
        selected()

    assert str(excinfo.value) == (
        "Plugin type 'sender' selects by 'number': pass number=... where the plugin is "
        "asked for."
    )
