from voga.courses import apps as parent


class CoursesConfig(parent.CoursesConfig):
    name = "voga.roger.courses"
    extends_models = ["Enrolment"]
