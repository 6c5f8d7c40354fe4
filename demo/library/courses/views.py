from django.views.generic import DetailView, ListView

from .documents import documents
from .models import Course


class CourseList(ListView):
    model = Course
    queryset = Course.objects.select_related("room", "teacher")


class CourseDetail(DetailView):
    model = Course

    def get_context_data(self, **kwargs):
        return super().get_context_data(documents=documents(self.object), **kwargs)
