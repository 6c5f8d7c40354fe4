from django.contrib import admin

from .models import Calendar, Event, Room

admin.site.register(Calendar)


@admin.register(Room)
class RoomAdmin(admin.ModelAdmin):
    list_display = ["name", "seats"]


@admin.register(Event)
class EventAdmin(admin.ModelAdmin):
    list_display = ["title", "room", "start", "calendar"]
    list_filter = ["room"]
