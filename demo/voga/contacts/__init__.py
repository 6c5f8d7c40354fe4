from library.contacts import Plugin


class Plugin(Plugin):
    extends_models = ["Partner", "Person"]
