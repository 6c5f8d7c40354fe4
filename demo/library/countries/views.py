from django.views.generic import ListView

from .models import Place


class PlaceList(ListView):
    model = Place
