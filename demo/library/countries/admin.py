from django.contrib import admin

from .models import Country, Place

admin.site.register(Country)


@admin.register(Place)
class PlaceAdmin(admin.ModelAdmin):
    list_display = ["name", "zip_code", "country"]
    list_filter = ["country"]
