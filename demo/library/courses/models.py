"""Courses, and who takes part in them."""

from django.db import models


class Course(models.Model):
    title = models.CharField(max_length=100)
    room = models.ForeignKey("cal.Room", models.PROTECT)
    teacher = models.ForeignKey("contacts.Person", models.PROTECT)
    start = models.DateTimeField()
    sessions = models.PositiveSmallIntegerField("weekly sessions", default=1)

    class Meta:
        ordering = ["title"]

    def __str__(self):
        return self.title


class Enrolment(models.Model):
    course = models.ForeignKey(Course, models.CASCADE)
    pupil = models.ForeignKey("contacts.Person", models.CASCADE)

    class Meta:
        ordering = ["course", "pupil"]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "pupil"], name="courses_enrolment_once"
            )
        ]

    def __str__(self):
        return str(self.pupil)
