"""The admin, and who answers."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from .views import awho, who

urlpatterns = [
    path("admin/", admin.site.urls),
    path("who/", who),
    path("awho/", awho),
]
