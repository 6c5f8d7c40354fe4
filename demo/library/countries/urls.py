from django.urls import path

from . import views

app_name = "countries"
urlpatterns = [path("", views.PlaceList.as_view(), name="places")]
