from django.db import models

from library.countries import models as parent


class Place(parent.Place):
    ins_code = models.CharField("INS code", max_length=5, blank=True)
