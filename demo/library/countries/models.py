"""Countries and the places in them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from django_plugin_system.inheritance import is_abstract_model


class Country(models.Model):
    code = models.CharField(_("ISO code"), max_length=2, primary_key=True)
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        ordering = ["name"]
        verbose_name = _("country")
        verbose_name_plural = _("countries")

    def __str__(self):
        return self.name


class Place(models.Model):
    country = models.ForeignKey(Country, models.PROTECT, verbose_name=_("country"))
    name = models.CharField(_("name"), max_length=100)
    zip_code = models.CharField(_("zip code"), max_length=10, blank=True)

    class Meta:
        abstract = is_abstract_model(__name__, "Place")
        ordering = ["name"]
        verbose_name = _("place")
        verbose_name_plural = _("places")

    def __str__(self):
        return self.name
