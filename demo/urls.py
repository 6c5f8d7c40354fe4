"""The page, and the admin."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path
from pages import views

urlpatterns = [
    path("", views.index, name="index"),
    path("send-code/", views.send_code, name="send-code"),
    path("notify/", views.notify, name="notify"),
    path("favourites/", views.favourites, name="favourites"),
    path("side-by-side/", views.side_by_side, name="side-by-side"),
    path("admin/", admin.site.urls),
]
