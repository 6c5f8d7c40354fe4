from library.courses.apps import CoursesConfig


class CoursesConfig(CoursesConfig):
    name = "voga.courses"
    needs_plugins = ["voga.cal"]
