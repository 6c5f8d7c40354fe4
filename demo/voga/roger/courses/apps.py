from voga.courses.apps import CoursesConfig


class CoursesConfig(CoursesConfig):
    name = "voga.roger.courses"
    extends_models = ["Enrolment"]
