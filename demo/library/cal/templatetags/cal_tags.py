from django import template
from django.utils.formats import date_format
from django.utils.timezone import localtime

register = template.Library()


@register.filter
def moment(value):
    """Say when, as in "Mon 5 Jan, 19:30"."""
    return date_format(localtime(value), "D j M, H:i")
