"""Plans as the library does, and uses the calendars that rooms have in Voga."""

from library.cal.models import Event
from library.courses.management.commands import plan_courses


class Command(plan_courses.Command):
    help = "Plan events for courses, in the calendars of their rooms."

    def handle(self, **options):
        super().handle(**options)
        events = Event.objects.filter(calendar=None).select_related("room")
        for event in events:
            event.calendar = event.room.calendar
        Event.objects.bulk_update(events, ["calendar"])
        self.stdout.write(f"{len(events)} events put into calendars of rooms.")
