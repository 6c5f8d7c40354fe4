"""What people write for plugin types and plugin items."""

from __future__ import annotations

from itertools import count
from uuid import UUID

import pytest

from django_plugin_system.addresses import find_item, find_type
from django_plugin_system.exceptions import PluginItemNotFound, PluginTypeNotFound
from django_plugin_system.specs import ItemKey, TypeKey

OTP = TypeKey("otp", "apps.otp")
OTHER_OTP = TypeKey("otp", "apps.codes")
MAIL = TypeKey("mail", "apps.post")

CONSOLE = ItemKey("console", "apps.otp", OTP)
CONSOLE_MAIL = ItemKey("console", "apps.otp", MAIL)
SMS = ItemKey("sms", "apps.sms", OTP)
SMS_TOO = ItemKey("sms", "apps.sms_too", OTP)
SMS_ELSEWHERE = ItemKey("sms", "apps.sms", OTHER_OTP)
ITEMS = [CONSOLE, CONSOLE_MAIL, SMS, SMS_TOO, SMS_ELSEWHERE]


def with_ids(*keys: ItemKey | TypeKey) -> dict:
    return {key: UUID(int=number) for key, number in zip(keys, count(1), strict=False)}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        pytest.param("apps.otp:otp", OTP, id="in full"),
        pytest.param("mail", MAIL, id="name"),
        pytest.param("00000000-0000-0000-0000-000000000002", OTHER_OTP, id="id"),
        pytest.param("shop.post:mail", MAIL, id="app that extends the manager"),
    ],
)
def test_types(text: str, key: TypeKey):
    """A type goes by its manager and name, or less if that is enough."""
    known = with_ids(OTP, OTHER_OTP, MAIL)

    assert find_type(text, known, {"apps.post": ("shop.post",)}) == key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        pytest.param("apps.sms:sms for apps.otp:otp", SMS, id="in full"),
        pytest.param("apps.sms:sms for apps.codes:otp", SMS_ELSEWHERE, id="type"),
        pytest.param("console for otp", CONSOLE, id="no module, no manager"),
        pytest.param("apps.otp:console for mail", CONSOLE_MAIL, id="no manager"),
        pytest.param("console for apps.post:mail", CONSOLE_MAIL, id="no module"),
        pytest.param("apps.sms_too:sms", SMS_TOO, id="no type"),
        pytest.param("00000000-0000-0000-0000-000000000004", SMS_TOO, id="id"),
        pytest.param("console for shop.post:mail", CONSOLE_MAIL, id="extending app"),
    ],
)
def test_items(text: str, key: ItemKey):
    """An item goes by all that its row has, or by as much as tells it from others."""
    assert find_item(text, with_ids(*ITEMS), {"apps.post": ("shop.post",)}) == key


ODD = TypeKey("a for b", "m for n")
PLAIN = ItemKey("x", "m", OTP)
NAMED_LIKE_ALL_OF_IT = ItemKey("m:x for apps.otp:otp", "n", OTP)
WITH_COLONS = ItemKey("b:c", "a", OTP)
WITH_COLONS_TOO = ItemKey("c", "a:b", OTP)
OF_ODD = ItemKey("x: y for z", "m n", ODD)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        pytest.param("m:x for apps.otp:otp", PLAIN, id="all of one, name of another"),
        pytest.param("n:m:x for apps.otp:otp", NAMED_LIKE_ALL_OF_IT, id="the other"),
        pytest.param("b:c for otp", WITH_COLONS, id="colon in the name"),
        pytest.param("c", WITH_COLONS_TOO, id="colon in the module"),
        pytest.param("x: y for z", OF_ODD, id="blanks and for in the name"),
        pytest.param("m n:x: y for z for m for n:a for b", OF_ODD, id="everywhere"),
        pytest.param("x: y for z for a for b", OF_ODD, id="less of it"),
    ],
)
def test_any_character(text: str, key: ItemKey):
    """Names may hold whatever a name may hold, also what joins them."""
    known = with_ids(PLAIN, NAMED_LIKE_ALL_OF_IT, WITH_COLONS, WITH_COLONS_TOO, OF_ODD)

    assert find_item(text, known) == key


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "sms for apps.otp:otp",
            "'sms for apps.otp:otp' fits 2 plugin items:\n"
            "  apps.sms:sms for apps.otp:otp\n"
            "  apps.sms_too:sms for apps.otp:otp\n"
            "Write one of these.",
            id="in two modules",
        ),
        pytest.param(
            "apps.sms:sms",
            "'apps.sms:sms' fits 2 plugin items:\n"
            "  apps.sms:sms for apps.codes:otp\n"
            "  apps.sms:sms for apps.otp:otp\n"
            "Write one of these.",
            id="for two types",
        ),
        pytest.param(
            "consle for mail",
            "No plugin item is called 'consle for mail'. "
            "Did you mean 'apps.otp:console for apps.post:mail'?",
            id="close",
        ),
        pytest.param(
            "zzz",
            "No plugin item is called 'zzz'. 'manage.py plugins list' shows all.",
            id="far",
        ),
        pytest.param(
            "SMS",
            "No plugin item is called 'SMS'. "
            "Did you mean 'apps.sms_too:sms for apps.otp:otp'?",
            id="other case",
        ),
    ],
)
def test_no_single_item(text: str, message: str):
    """Who fits is listed, else who is close is named."""
    with pytest.raises(PluginItemNotFound) as excinfo:
        find_item(text, with_ids(*ITEMS))

    assert str(excinfo.value) == message


def test_alike_in_full():
    """Two that are written alike even in full are told apart by their ids."""
    known = with_ids(WITH_COLONS, WITH_COLONS_TOO)

    with pytest.raises(PluginItemNotFound) as excinfo:
        find_item("a:b:c for otp", known)

    assert str(excinfo.value) == (
        "'a:b:c for otp' fits 2 plugin items, which only their ids tell apart:\n"
        "  00000000-0000-0000-0000-000000000001\n"
        "  00000000-0000-0000-0000-000000000002\n"
        "Write one of these."
    )
    assert find_item("00000000-0000-0000-0000-000000000002", known) == WITH_COLONS_TOO


def test_many():
    """Not more than ten are listed."""
    keys = [ItemKey("sms", f"apps.sms{number:02}", OTP) for number in range(12)]

    with pytest.raises(PluginItemNotFound) as excinfo:
        find_item("sms", with_ids(*keys))

    assert str(excinfo.value).splitlines() == [
        "'sms' fits 12 plugin items:",
        *(f"  apps.sms{number:02}:sms for apps.otp:otp" for number in range(10)),
        "  and 2 more",
        "Write one of these.",
    ]


@pytest.mark.parametrize(
    ("text", "known", "message"),
    [
        pytest.param(
            "otp",
            with_ids(OTP, OTHER_OTP),
            "'otp' fits 2 plugin types:\n  apps.codes:otp\n  apps.otp:otp\n"
            "Write one of these.",
            id="two",
        ),
        pytest.param(
            "otpp",
            with_ids(OTP),
            "No plugin type is called 'otpp'. Did you mean 'apps.otp:otp'?",
            id="close",
        ),
        pytest.param(
            "otp",
            {},
            "No plugin type is called 'otp'. There is none at all.",
            id="none",
        ),
    ],
)
def test_no_single_type(text: str, known: dict, message: str):
    """Types are told of like items."""
    with pytest.raises(PluginTypeNotFound) as excinfo:
        find_type(text, known)

    assert str(excinfo.value) == message
