from library.cal.apps import CalConfig


class CalConfig(CalConfig):
    name = "voga.cal"
    extends_models = ["Room"]
    needs_plugins = ["voga.products", "library.contacts"]
