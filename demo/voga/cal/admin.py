from django.contrib import admin

from library.cal import admin as parent
from library.cal.models import Room


@admin.register(Room)
class RoomAdmin(parent.RoomAdmin):
    list_display = [*parent.RoomAdmin.list_display, "tariff", "calendar"]
