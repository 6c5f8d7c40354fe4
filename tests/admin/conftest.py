"""Operators with the permissions that a test names."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

ClientMaker = Callable[..., Client]


@pytest.fixture
def operator_client(db: None) -> ClientMaker:
    """Make the client of a staff member with permissions such as view_pluginitem."""

    def make(*codenames: str, is_staff: bool = True) -> Client:
        user = User.objects.create_user(
            f"operator {User.objects.count()}", is_staff=is_staff
        )
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client = Client()
        client.force_login(user)
        return client

    return make
