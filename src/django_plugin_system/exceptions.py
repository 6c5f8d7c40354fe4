"""Every error the library raises, each also the builtin that callers already catch.

PluginSystemError
├── RegistrationError
│   ├── DeclarationKeyError (KeyError, TypeError)   a key is missing or unknown
│   ├── DeclarationTypeError (TypeError)            a value is of the wrong kind
│   ├── DeclarationValueError (ValueError)          a value is out of bounds
│   └── AlreadyRegistered (ValueError)              the key is taken
├── PluginLookupError (LookupError)
│   ├── PluginTypeNotFound                          no registered plugin type fits
│   ├── PluginItemNotFound                          no plugin item, or several, fit
│   └── NoPluginAvailable                           nothing can be selected
├── PluginNotLoadable (RuntimeError)                a row has no registered class
├── PluginNeedsArguments (TypeError)                only its caller can make the object
├── InvalidSelection (TypeError)                    a ``get_plugin`` answered nonsense
├── BlockingLookup (RuntimeError)                   asking would block an event loop
├── OrderError (ValueError)                         priorities do not suffice
└── SyncError (RuntimeError)                        rows cannot be brought in step
"""


class PluginSystemError(Exception):
    """Base of every error raised by django_plugin_system."""

    # KeyError shows the repr of its message; ours are sentences for people.
    __str__ = Exception.__str__


class RegistrationError(PluginSystemError):
    """A plugin type or plugin item was declared wrongly."""


class DeclarationKeyError(RegistrationError, KeyError, TypeError):
    """A declaration lacks a required key or has one that means nothing."""


class DeclarationTypeError(RegistrationError, TypeError):
    """A declared value is of the wrong kind, such as a class that fits no interface."""


class DeclarationValueError(RegistrationError, ValueError):
    """A declared value is of the right kind but out of bounds."""


class AlreadyRegistered(RegistrationError, ValueError):
    """Another class is registered under the same key."""


class PluginLookupError(PluginSystemError, LookupError):
    """What was asked for is not there."""


class PluginTypeNotFound(PluginLookupError):
    """No registered plugin type goes by that name or interface."""


class PluginItemNotFound(PluginLookupError):
    """No plugin item goes by that name, or more than one does."""


class NoPluginAvailable(PluginLookupError):
    """No plugin item of the type can be selected right now."""


class PluginNotLoadable(PluginSystemError, RuntimeError):
    """The code behind a plugin item's row is not registered in this process."""


class PluginNeedsArguments(PluginSystemError, TypeError):
    """A plugin's class takes arguments that its interface leaves to the caller."""


class InvalidSelection(PluginSystemError, TypeError):
    """A ``get_plugin`` callable answered something that is no plugin of its type."""


class BlockingLookup(PluginSystemError, RuntimeError):
    """A synchronous lookup on an event loop would have to ask the database."""


class OrderError(PluginSystemError, ValueError):
    """There are not enough priorities to put plugin items in an order."""


class SyncError(PluginSystemError, RuntimeError):
    """The rows cannot be brought in step with the code."""
