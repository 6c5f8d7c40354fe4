"""What operators decide: one row for each plugin type and plugin item."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.core.exceptions import ObjectDoesNotExist, SynchronousOnlyOperation
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import Error, models
from django.utils.translation import gettext_lazy as _

from ..constructors import make
from ..exceptions import PluginNotLoadable
from ..registry import plugins
from ..specs import (
    NAME_LENGTH,
    PRIORITY_MAX,
    PRIORITY_MIN,
    ItemKey,
    PluginItemSpec,
    PluginTypeSpec,
    TypeKey,
)
from .watched import WatchedModel, WatchedQuerySet


class PluginStatus(models.TextChoices):
    """What operators can say of a plugin item."""

    ACTIVE = "active", _("active")
    RESERVED = "reserve", _("reserve")
    DISABLED = "disable", _("disabled")

    @classmethod
    def word(cls, value: str) -> str:
        """Return what people read for a value where nothing is translated."""
        return "disabled" if value == cls.DISABLED else value


class PluginTypeQuerySet(WatchedQuerySet):
    """Rows of plugin types."""

    def get_by_natural_key(self, name: str, manager: str) -> PluginType:
        """Return the row of a type, whatever its id, or raise DoesNotExist."""
        row: PluginType = self.get(name=name, manager=manager)
        return row


class PluginItemQuerySet(WatchedQuerySet):
    """Rows of plugin items."""

    def get_by_natural_key(
        self, name: str, module: str, type_name: str, manager: str
    ) -> PluginItem:
        """Return the row of an item, whatever its id, or raise DoesNotExist."""
        row: PluginItem = self.get(
            name=name,
            module=module,
            plugin_type__name=type_name,
            plugin_type__manager=manager,
        )
        return row


class PluginType(WatchedModel):
    """A plugin type as operators see it; its interface lives in code."""

    objects: ClassVar[models.Manager[PluginType]] = PluginTypeQuerySet.as_manager()

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=NAME_LENGTH, db_index=True)
    manager = models.CharField(
        _("manager"),
        max_length=NAME_LENGTH,
        help_text=_("The app that provides the plugin type."),
    )
    description = models.TextField(_("description"), blank=True)

    class Meta:
        # Related managers write through it.
        base_manager_name = "objects"
        verbose_name = _("plugin type")
        verbose_name_plural = _("plugin types")
        constraints = [
            models.UniqueConstraint(
                fields=["name", "manager"], name="uniq_plugin_type_name_manager"
            ),
        ]
        indexes = [
            models.Index(fields=["name"]),
            models.Index(fields=["manager"]),
        ]

    def __str__(self) -> str:
        return str(self.key)

    def natural_key(self) -> tuple[str, str]:
        """Return what identifies the type in every database."""
        return self.name, self.manager

    @property
    def key(self) -> TypeKey:
        return TypeKey(self.name, self.manager)

    @property
    def spec(self) -> PluginTypeSpec | None:
        """What the code of this process declares for the type, or None."""
        return plugins.find_type(self.key)

    # Set on rows that selection hands out, whose items it knows already.
    known_items: list[PluginItem] | None = None

    def get_all_plugins(self) -> list[PluginItem]:
        """Return every item of the type in selection order, orphans too."""
        known = self.known_items
        items = self.pluginitem_set.all() if known is None else known
        # Sorted here, not in SQL: collations differ, and prefetched rows cost no query.
        return sorted(items, key=PluginItem.rank)

    def get_active_plugins(self) -> list[PluginItem]:
        """Return the active items that can be loaded, first choice first."""
        return self._loadable(PluginStatus.ACTIVE)

    def get_reserved_plugins(self) -> list[PluginItem]:
        """Return the reserve items that can be loaded, first choice first."""
        return self._loadable(PluginStatus.RESERVED)

    def get_single_plugin(self, *args: Any, **kwargs: Any) -> PluginItem | None:
        """Return the item that answers for this type, or None.

        The arguments go to the type's ``get_plugin``, if it has one.
        Raises InvalidSelection when that answers no plugin item of this type.
        """
        # The seed puts this on the model; the rule itself lives one level up.
        from ..selection.select import select

        return select(self, *args, **kwargs)

    def _loadable(self, status: PluginStatus) -> list[PluginItem]:
        return [
            item
            for item in self.get_all_plugins()
            if item.status == status and not item.is_orphan
        ]


class PluginItem(WatchedModel):
    """A plugin item as operators see it; its class lives in code."""

    objects: ClassVar[models.Manager[PluginItem]] = PluginItemQuerySet.as_manager()

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plugin_type = models.ForeignKey(
        PluginType, on_delete=models.CASCADE, verbose_name=_("plugin type")
    )
    module = models.CharField(
        _("module"),
        max_length=NAME_LENGTH,
        help_text=_("The app that provides the plugin item."),
    )
    name = models.CharField(_("name"), max_length=NAME_LENGTH, db_index=True)
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=PluginStatus,
        default=PluginStatus.ACTIVE,
        db_index=True,
    )
    priority = models.SmallIntegerField(
        _("priority"),
        default=0,
        # MariaDB and SQLite tell Django other bounds than PostgreSQL does.
        validators=[MinValueValidator(PRIORITY_MIN), MaxValueValidator(PRIORITY_MAX)],
        help_text=_("The lowest number answers first."),
    )
    description = models.TextField(_("description"), null=True, blank=True)

    class Meta:
        # Related managers write through it.
        base_manager_name = "objects"
        verbose_name = _("plugin item")
        verbose_name_plural = _("plugin items")
        constraints = [
            models.UniqueConstraint(
                fields=["name", "module", "plugin_type"],
                name="uniq_plugin_item_name_module_type",
            ),
        ]
        indexes = [
            models.Index(fields=["plugin_type", "status", "priority"]),
            models.Index(fields=["module"]),
        ]

    def __str__(self) -> str:
        try:
            return str(self.key)
        except (Error, ObjectDoesNotExist, SynchronousOnlyOperation):
            # The type is not at hand. Logs and debuggers want a text nevertheless.
            return self.short

    @property
    def short(self) -> str:
        """How people read it where its type stands beside it."""
        return f"{self.module}:{self.name}"

    def natural_key(self) -> tuple[str, str, str, str]:
        """Return what identifies the item in every database."""
        return self.name, self.module, *self.plugin_type.natural_key()

    # So that types are dumped, and loaded, before items.
    natural_key.dependencies = [  # type: ignore[attr-defined]
        "django_plugin_system.plugintype"
    ]

    @property
    def key(self) -> ItemKey:
        return ItemKey(self.name, self.module, self.plugin_type.key)

    # Set on what answers for a type that a test overrides.
    known_spec: PluginItemSpec | None = None

    @property
    def spec(self) -> PluginItemSpec | None:
        """What the code of this process declares for the item, or None."""
        return self.known_spec or plugins.find_item(self.key)

    @property
    def is_orphan(self) -> bool:
        """Whether no code is registered for the row, so that it can't be selected."""
        return self.spec is None

    def rank(self) -> tuple[int, str, str]:
        """Return what selection sorts by; name and module break ties."""
        return self.priority, self.name, self.module

    def load_class(self) -> type | None:
        """Return the registered class, or None when the row is an orphan."""
        spec = self.spec
        return spec.plugin_class if spec else None

    def load(self) -> Any:
        """Return a new object of the registered class, or raise PluginNotLoadable.

        Raises PluginNeedsArguments when the interface leaves arguments to the caller.
        """
        plugin_class = self.load_class()
        if plugin_class is None:
            raise PluginNotLoadable(
                f"Plugin item {self} cannot be loaded: this process has no class "
                "registered for it. Is its app installed, and does its plugins module "
                "import?"
            )
        return make(plugin_class)
