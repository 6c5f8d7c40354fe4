from library import contacts as parent


class Plugin(parent.Plugin):
    extends_models = ["Partner", "Person"]
