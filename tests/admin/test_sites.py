"""A project's own admin site, beside Django's, with narrower permissions."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from django_plugin_system.models import PluginItem

from .pages import (
    ITEMS,
    TYPES,
    edited,
    history,
    is_question,
    item,
    list_form,
    otp,
    page_of,
    run,
    set_statuses,
    statuses,
)
from .two_sites import VoiceOnlyAdmin, ops

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.admin.two_sites")]


def in_ops(url: str) -> str:
    return url.replace("/admin/", "/ops/")


def test_links_stay_in_the_site(admin_client):
    """No page of one admin site leads over to the other."""
    set_statuses(sms_ir="reserve", kavenegar="disable")

    pages = [
        admin_client.get(in_ops(ITEMS)),
        admin_client.get(in_ops(TYPES)),
        admin_client.get(in_ops(page_of(otp()))),
        run(admin_client, "mark_disabled", item("voice"), url=in_ops(ITEMS)),
    ]

    assert is_question(pages[-1])
    for page in pages:
        assert page.status_code == 200
        assert "/ops/django_plugin_system/pluginitem/" in page.text
        assert 'href="/admin/' not in page.text


@pytest.mark.parametrize(
    "action",
    [
        "mark_active",
        "mark_reserved",
        "mark_disabled",
        "increase_priority",
        "decrease_priority",
    ],
)
def test_action_on_a_refused_row(admin_client, action):
    """One row that may not be changed keeps an action from changing any."""
    rows = [item("voice"), item("sms_ir")]

    answer = run(admin_client, action, *rows, url=in_ops(ITEMS))

    assert answer.status_code == 403
    assert set(statuses().values()) == {"active"}
    assert (item("voice").priority, item("sms_ir").priority) == (5, 10)
    assert history() == []


def test_refused_row_is_not_saved(admin_client):
    """Neither its own page nor the list saves a row that may not be changed."""
    refused = item("sms_ir")
    form = list_form(admin_client.get(ITEMS))

    on_page = admin_client.post(
        in_ops(page_of(refused)), {"status": "disable", "priority": "1"}
    )
    in_list = admin_client.post(in_ops(ITEMS), edited(form, refused, priority=1))

    assert on_page.status_code == 403
    # Django 6.1 leaves such a row out by itself, and saves the others.
    assert in_list.status_code in (302, 403)
    assert (item("sms_ir").status, item("sms_ir").priority) == ("active", 10)
    assert history() == []


def test_saving_asks_for_the_row(rf):
    """The admin does not rely on its caller to have asked for the single row."""
    model_admin = VoiceOnlyAdmin(PluginItem, ops)

    with pytest.raises(PermissionDenied):
        model_admin.save_model(rf.post("/"), item("sms_ir"), form=None, change=True)
