from library.contacts import models as parent

from .mixins import Born, Dated


class Partner(parent.Partner, Dated):
    pass


class Person(parent.Person, Born):
    pass
