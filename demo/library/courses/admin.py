from django.contrib import admin

from .models import Course, Enrolment


class EnrolmentInline(admin.TabularInline):
    model = Enrolment
    extra = 0


@admin.register(Course)
class CourseAdmin(admin.ModelAdmin):
    list_display = ["title", "teacher", "room", "start", "sessions"]
    inlines = [EnrolmentInline]
