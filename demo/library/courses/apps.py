from django_plugin_system.inheritance import PluginConfig


class CoursesConfig(PluginConfig):
    name = "library.courses"
    verbose_name = "Courses"
    needs_plugins = ["library.contacts", "library.cal"]
