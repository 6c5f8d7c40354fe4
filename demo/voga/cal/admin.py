from django.contrib import admin

from library.cal.admin import RoomAdmin
from library.cal.models import Room


@admin.register(Room)
class RoomAdmin(RoomAdmin):
    list_display = [*RoomAdmin.list_display, "tariff", "calendar"]
