from library.home import apps as parent


class HomeConfig(parent.HomeConfig):
    name = "voga.home"
