"""What happens when, and in which room."""

from django.db import models

from django_plugin_system.inheritance import is_abstract_model


class Calendar(models.Model):
    name = models.CharField(max_length=100, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name


class Room(models.Model):
    name = models.CharField(max_length=100)
    seats = models.PositiveSmallIntegerField(default=20)

    class Meta:
        abstract = is_abstract_model(__name__, "Room")
        ordering = ["name"]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.name = self.name.strip()
        super().save(*args, **kwargs)


class Event(models.Model):
    title = models.CharField(max_length=100)
    room = models.ForeignKey(Room, models.CASCADE)
    calendar = models.ForeignKey(Calendar, models.SET_NULL, null=True, blank=True)
    start = models.DateTimeField()

    class Meta:
        ordering = ["start", "title"]

    def __str__(self):
        return self.title
