from django.views.generic import TemplateView

from .models import Company, Person


class PartnerList(TemplateView):
    template_name = "contacts/partner_list.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            persons=Person.objects.select_related("place"),
            companies=Company.objects.select_related("place"),
            **kwargs,
        )
