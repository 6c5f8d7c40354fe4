"""Partners: persons and companies, each with a row of its own below the partner's."""

from django.db import models

from django_plugin_system.inheritance import is_abstract_model


class Partner(models.Model):
    name = models.CharField(max_length=100)
    email = models.EmailField(blank=True)
    place = models.ForeignKey("countries.Place", models.SET_NULL, null=True, blank=True)

    class Meta:
        abstract = is_abstract_model(__name__, "Partner")
        ordering = ["name"]

    def __str__(self):
        return self.name


class Person(Partner):
    first_name = models.CharField(max_length=100)

    def __str__(self):
        return f"{self.first_name} {self.name}"


class Company(Partner):
    vat_id = models.CharField("VAT id", max_length=20, blank=True)

    class Meta:
        verbose_name_plural = "companies"


class ContactRelated(models.Model):
    """Something that a company answers for, or a person there."""

    company = models.ForeignKey(Company, models.SET_NULL, null=True, blank=True)
    contact_person = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True)

    class Meta:
        abstract = True

    def get_contact(self):
        return self.contact_person or self.company
