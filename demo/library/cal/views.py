from django.views.generic import ListView

from .models import Event, Room


class RoomList(ListView):
    model = Room


class EventList(ListView):
    model = Event
    queryset = Event.objects.select_related("room", "calendar")
