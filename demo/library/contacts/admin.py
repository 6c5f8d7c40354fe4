from django.contrib import admin

from .models import Company, Person


@admin.register(Person, Company)
class PartnerAdmin(admin.ModelAdmin):
    list_display = ["__str__", "email", "place"]
