from django.urls import path

from . import views

app_name = "cal"
urlpatterns = [
    path("", views.RoomList.as_view(), name="rooms"),
    path("events/", views.EventList.as_view(), name="events"),
]
