from library.contacts.models import Partner, Person

from .mixins import Born, Dated


class Partner(Partner, Dated):
    pass


class Person(Person, Born):
    pass
