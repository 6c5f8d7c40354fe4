from django.db import models

from library.countries.models import Place


class Place(Place):
    ins_code = models.CharField("INS code", max_length=5, blank=True)
