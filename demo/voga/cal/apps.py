from library.cal import apps as parent


class CalConfig(parent.CalConfig):
    name = "voga.cal"
    extends_models = ["Room"]
    needs_plugins = ["voga.products", "library.contacts"]
