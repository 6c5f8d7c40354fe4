"""What can be added to any model."""

from django.db import models
from django.utils import timezone


class Dated(models.Model):
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True


class Born(models.Model):
    birth_date = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True
