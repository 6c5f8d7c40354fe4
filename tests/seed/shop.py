"""A shop that ships parcels; each of its carriers registers in another way."""

from __future__ import annotations

from .sites import Console

SHIPPING = {
    "shop/shipping/interfaces.py": """
        from abc import ABC, abstractmethod

        class Carrier(ABC):
            @abstractmethod
            def ship(self, parcel): ...
    """,
    "shop/shipping/apps.py": """
        from django.apps import AppConfig
        from django_plugin_system.register import register_plugin_type
        from .interfaces import Carrier

        class ShippingConfig(AppConfig):
            name = "shop.shipping"

            def ready(self):
                register_plugin_type({
                    "name": "carrier",
                    "manager": self.name,
                    "interface": Carrier,
                    "description": "Who brings the parcel",
                })
    """,
}


def carrier(app: str, name: str, priority: int) -> str:
    """Return a module that implements a carrier and registers it."""
    return f"""
        from django_plugin_system.register import register_plugin_item
        from shop.shipping.interfaces import Carrier

        class {name.title()}(Carrier):
            def ship(self, parcel):
                return "{name} " + parcel

        register_plugin_item({{
            "name": "{name}",
            "module": "{app}",
            "type_name": "carrier",
            "manager_name": "shop.shipping",
            "plugin_class": {name.title()},
            "priority": {priority},
            "description": "By {name}",
        }})
    """


CARRIERS = {
    # in a plugins module, which nobody imports
    "shop/postal/plugins.py": carrier("shop.postal", "post", 10),
    # in a module that ready() imports
    "shop/courier/carriers.py": carrier("shop.courier", "courier", 20),
    "shop/courier/apps.py": """
        from django.apps import AppConfig

        class CourierConfig(AppConfig):
            name = "shop.courier"

            def ready(self):
                from . import carriers
    """,
    # when the models are imported
    "shop/drone/models.py": carrier("shop.drone", "drone", 30),
    # when the app's package is imported
    "shop/bike/__init__.py": carrier("shop.bike", "bike", 40),
    # when the app's config is imported, long before apps are known
    "shop/train/apps.py": """
        from django.apps import AppConfig
        from django_plugin_system import plugin
        from shop.shipping.interfaces import Carrier

        @plugin(Carrier, "train", priority=50, description="By train")
        class Train(Carrier):
            def ship(self, parcel):
                return "train " + parcel

        class TrainConfig(AppConfig):
            name = "shop.train"
    """,
}
APPS = [
    "shop.shipping",
    "shop.postal",
    "shop.courier",
    "shop.drone",
    "shop.bike",
    "shop.train",
]
IN_CODE = [
    ("bike", "active", 40),
    ("courier", "active", 20),
    ("drone", "active", 30),
    ("post", "active", 10),
    ("train", "active", 50),
]

WHO = """
from django_plugin_system.helpers import get_plugin_instance

def who():
    return type(get_plugin_instance("carrier", "shop.shipping")).__name__

"""


class Consoles:
    """Two live processes of one shop."""

    def __init__(self, asker: Console, changer: Console) -> None:
        self.asker = asker
        self.changer = changer
        asker.run(f"""{WHO}
from django.test import Client
client = Client()
""")
        changer.run(f"""{WHO}
from django.core.management import call_command
from django.db import transaction
from operators import Operator
from django_plugin_system.models import PluginItem, PluginType
items = PluginItem.objects
boss = Operator()
""")

    def answer(self) -> str:
        """Return who answers a request to the asking process.

        Outside of requests it is the same, once REFRESH_SECONDS are over.
        """
        *_, in_request, directly = self.asker.run("""
import time
print(client.get("/who/carrier/shop.shipping/").content.decode())
time.sleep(1)
print(who())
""")
        assert directly == in_request
        return directly

    def reset(self) -> None:
        """Bring every row back to what the code says, through the ORM."""
        self.changer.run("""
items.all().delete()
call_command("pluginsync", "--mode", "update", verbosity=0)
""")
