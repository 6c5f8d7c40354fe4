from library.courses import apps as parent


class CoursesConfig(parent.CoursesConfig):
    name = "voga.courses"
    needs_plugins = ["voga.cal"]
