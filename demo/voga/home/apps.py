from library.home.apps import HomeConfig


class HomeConfig(HomeConfig):
    name = "voga.home"
