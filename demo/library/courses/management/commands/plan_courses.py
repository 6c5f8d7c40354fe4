"""Enters the sessions of each course that has none yet as events."""

from datetime import timedelta

from django.core.management.base import BaseCommand

from library.cal.models import Event
from library.courses.models import Course


class Command(BaseCommand):
    help = "Plan an event for each session of each course that has none yet."

    def handle(self, **options):
        planned = [
            Event.objects.create(title=title, room=course.room, start=start)
            for course in Course.objects.all()
            for title, start in self.sessions(course)
            if not Event.objects.filter(title=title).exists()
        ]
        self.stdout.write(f"{len(planned)} events planned.")

    def sessions(self, course):
        for number in range(course.sessions):
            yield f"{course} {number + 1}", course.start + timedelta(weeks=number)
