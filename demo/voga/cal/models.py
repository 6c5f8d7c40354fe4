from django.db import models

from library.cal import models as parent
from library.cal.models import Calendar
from library.contacts.models import ContactRelated


class Room(parent.Room, ContactRelated):
    tariff = models.ForeignKey(
        "products.Product", models.SET_NULL, null=True, blank=True
    )
    calendar = models.ForeignKey("cal.Calendar", models.SET_NULL, null=True, blank=True)

    def save(self, *args, **kwargs):
        super(Room, self).save(*args, **kwargs)
        if self.calendar is None:
            self.calendar, _ = Calendar.objects.get_or_create(name=self.name)
            super(Room, self).save(update_fields=["calendar"])
