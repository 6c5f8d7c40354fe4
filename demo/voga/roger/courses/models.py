from django.db import models

from library.courses import models as parent


class Enrolment(parent.Enrolment):
    section = models.CharField(max_length=50, blank=True)

    def __str__(self):
        return ", ".join(filter(None, [super().__str__(), self.section]))
