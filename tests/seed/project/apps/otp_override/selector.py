"""As printed; the imports are added."""

from __future__ import annotations

from apps.otp.interfaces import AbstractOTP
from django_plugin_system.register import register_plugin_type


def my_selector(plugin_type_model_obj):
    # your custom logic (possibly data-driven)
    return plugin_type_model_obj.get_active_plugins()[0]


register_plugin_type(
    {
        "name": "otp",
        "manager": "apps.otp",
        "interface": AbstractOTP,
        "description": "OTP delivery",
        "get_plugin": my_selector,  # <- override
    }
)
