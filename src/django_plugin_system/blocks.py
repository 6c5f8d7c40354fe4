"""What holds for a block of code, written as a ``with`` statement or as a decorator."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import (
    AbstractContextManager,
    ExitStack,
    _GeneratorContextManagerBase,
    aclosing,
)
from functools import wraps
from inspect import (
    isasyncgen,
    isasyncgenfunction,
    iscoroutine,
    isgenerator,
    isgeneratorfunction,
    signature,
)
from itertools import count
from types import TracebackType
from typing import Any, Generic, TypeVar
from unittest import TestCase

from asgiref.sync import iscoroutinefunction

T = TypeVar("T")
D = TypeVar("D")
Open = Callable[[], AbstractContextManager[Any]]


class Block(Generic[T]):
    """Works in a ``with`` statement and as a decorator, which opens it at each call.

    Decorates functions and methods of all kinds (async ones, generators, what
    ``@pytest.fixture`` is then applied to) and test classes. Raises TypeError for
    anything else.
    """

    def __init__(self, open_: Callable[[], AbstractContextManager[T]]) -> None:
        self._open = open_
        self._opened: AbstractContextManager[T] | None = None

    def __enter__(self) -> T:
        if self._opened is not None:
            raise RuntimeError(
                "This block is open already. Make another one for what is inside of "
                "it, and for each thread."
            )
        opened = self._open()
        value = opened.__enter__()
        self._opened = opened
        return value

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        if self._opened is None:
            raise RuntimeError("This block is not open.")
        opened, self._opened = self._opened, None
        return opened.__exit__(kind, error, traceback)

    def __call__(self, decorated: D) -> D:
        around = _around_class if isinstance(decorated, type) else _around
        return around(self._open, decorated)  # type: ignore[no-any-return]


def _around(open_: Open, decorated: Any) -> Any:
    if isinstance(decorated, staticmethod | classmethod):
        return type(decorated)(_around(open_, decorated.__func__))
    if _is_fixture(decorated):
        raise TypeError(
            f"{decorated!r} is a pytest fixture already. Put @pytest.fixture above "
            "this decorator."
        )
    if not callable(decorated):
        raise TypeError(
            f"{decorated!r} is neither a function nor a test class. Decorate the "
            "function that it is made of, or use a with statement."
        )
    return _around_function(open_, decorated)


def _is_fixture(decorated: object) -> bool:
    # Functions with a mark, until pytest 8.4.
    is_object = type(decorated).__name__ == "FixtureFunctionDefinition"
    return is_object or hasattr(decorated, "_pytestfixturefunction")


# Functions


def _around_function(open_: Open, function: Callable[..., Any]) -> Callable[..., Any]:
    kinds = (around for is_kind, _, around in _KINDS if _is(is_kind, function))
    return wraps(function)(next(kinds, _called)(open_, function))


def _is(kind: Callable[[Any], bool], function: Any) -> bool:
    # An object that can be called is of the kind that its __call__() is of.
    return kind(function) or kind(function.__call__)


def _called(open_: Open, function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        with open_():
            result = function(*args, **kwargs)
        # What contextlib makes of a generator has that inside. Not documented; the
        # same in Python 3.11 to 3.13.
        if isinstance(result, _GeneratorContextManagerBase):
            vars(result)["gen"] = _begun_in(open_, result.gen)
        return _begun_in(open_, result)

    return call


def _begun_in(open_: Open, result: Any) -> Any:
    """Have what a function returned run in the block, if it has not begun yet.

    Another decorator may hide what kind of function it is.
    """
    for _, is_unstarted, around in _KINDS:
        if is_unstarted(result):
            return around(open_, lambda: result)()
    return result


def _awaited(open_: Open, function: Callable[..., Any]) -> Callable[..., Any]:
    async def call(*args: Any, **kwargs: Any) -> Any:
        with open_():
            return await function(*args, **kwargs)

    return call


def _stepped(open_: Open, function: Callable[..., Any]) -> Callable[..., Any]:
    def steps(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        with open_():
            return (yield from function(*args, **kwargs))

    return steps


def _astepped(open_: Open, function: Callable[..., Any]) -> Callable[..., Any]:
    async def steps(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        # What "yield from" does, which async generators do not have.
        with open_():
            async with aclosing(function(*args, **kwargs)) as inner:
                step = inner.asend(None)
                while True:
                    try:
                        value = await step
                    except StopAsyncIteration:
                        return
                    try:
                        step = inner.asend((yield value))
                    except GeneratorExit:
                        raise
                    except BaseException as error:  # noqa: BLE001  # it is passed on
                        step = inner.athrow(error)

    return steps


# How to tell that a function, or what it returns, begins later; and what then to do.
_KINDS = (
    (iscoroutinefunction, iscoroutine, _awaited),
    (isgeneratorfunction, isgenerator, _stepped),
    (isasyncgenfunction, isasyncgen, _astepped),
)


# Test classes

_numbers = count()

_HOOKS = {"debug", "run", "setUpClass"} | {
    f"{when}_{what}" for when in ("setup", "teardown") for what in ("class", "method")
}


def _around_class(open_: Open, cls: Any) -> Any:
    if not _is_test_class(cls):
        raise TypeError(
            f"{cls.__qualname__} is not a test class: it is no unittest.TestCase and "
            "has no test methods. Decorate its functions one by one."
        )
    for inner in list(vars(cls).values()):
        if _is_test_class(inner) and _is_written_in(inner, cls):
            _around_class(open_, inner)
    _around_subclasses(open_, cls)
    _around_tests(open_, cls)
    return cls


def _is_test_class(cls: object) -> bool:
    return isinstance(cls, type) and (
        issubclass(cls, TestCase)
        or cls.__name__.startswith("Test")
        or any(name.startswith("test") for name in dir(cls))
    )


def _around_subclasses(open_: Open, cls: Any) -> None:
    original = vars(cls).get("__init_subclass__")

    def hold(subclass: Any, /, **kwargs: Any) -> None:
        _find(original, cls, "__init_subclass__", subclass)(**kwargs)
        becomes_test_case = issubclass(subclass, TestCase) > issubclass(cls, TestCase)
        # A mixin before this class may have hooks that go past its own.
        has_hooks = any(
            not _HOOKS.isdisjoint(vars(each))
            for each in subclass.__mro__[: subclass.__mro__.index(cls)]
            if each is subclass or not issubclass(each, cls)
        )
        if becomes_test_case or has_hooks:
            _around_tests(open_, subclass)

    cls.__init_subclass__ = classmethod(hold)


def _around_tests(open_: Open, cls: Any) -> None:
    if issubclass(cls, TestCase):
        _around_class_setup(open_, cls)
        for name in ("run", "debug"):
            _around_run(open_, cls, name)
    else:
        # What pytest calls around the fixtures of the class, too.
        _around_fixtures(open_, cls, "class", classmethod)
        _around_fixtures(open_, cls, "method", lambda function: function)


def _is_written_in(inner: type, cls: type) -> bool:
    """Tell whether a class belongs to another one, rather than is named in it."""
    place = f"{cls.__qualname__}.{inner.__name__}"
    return (inner.__module__, inner.__qualname__) == (cls.__module__, place)


def _around_class_setup(open_: Open, cls: Any) -> None:
    original = vars(cls).get("setUpClass")

    def set_up(case: Any) -> None:
        case.enterClassContext(open_())
        _find(original, cls, "setUpClass", case)()

    cls.setUpClass = classmethod(set_up)


def _around_run(open_: Open, cls: Any, name: str) -> None:
    original = vars(cls).get(name)

    def run(test: Any, *args: Any, **kwargs: Any) -> Any:
        set_up = test.setUp

        def inside() -> None:
            # Not around run(): asynchronous test cases have a context of their own.
            test.enterContext(open_())
            set_up()

        test.setUp = inside
        try:
            return _find(original, cls, name, test)(*args, **kwargs)
        finally:
            vars(test).pop("setUp", None)

    setattr(cls, name, run)


def _around_fixtures(
    open_: Open, cls: Any, scope: str, method: Callable[..., Any]
) -> None:
    set_up, tear_down = f"setup_{scope}", f"teardown_{scope}"
    before, after = vars(cls).get(set_up), vars(cls).get(tear_down)
    prefix = f"_opened_by_{set_up}_"
    # Several blocks may be around one class.
    opened = f"{prefix}{next(_numbers)}"

    def enter(owner: Any, test: Any = None) -> None:
        known = dict(vars(owner))
        with ExitStack() as stack:
            stack.enter_context(open_())
            try:
                _call_fixture(_find(before, cls, set_up, owner), owner, test)
            finally:
                # What a call of super() has opened ends with this, though a subclass
                # may have a way of its own to tear down.
                for name, inner in list(vars(owner).items()):
                    if name.startswith(prefix) and known.get(name) is not inner:
                        stack.push(inner.pop_all())
            setattr(owner, opened, stack.pop_all())

    def leave(owner: Any, test: Any = None) -> None:
        with vars(owner).get(opened, ExitStack()):
            _call_fixture(_find(after, cls, tear_down, owner), owner, test)

    setattr(cls, set_up, method(enter))
    setattr(cls, tear_down, method(leave))


def _call_fixture(fixture: Any, owner: Any, test: Any) -> None:
    # As pytest does: with an argument if it takes one.
    if fixture is not None:
        given = [owner if test is None else test]
        fixture(*given[: len(signature(fixture).parameters)])


def _find(original: Any, cls: Any, name: str, owner: Any) -> Any:
    """Return what the class itself had by that name, else what its bases have."""
    of = owner if isinstance(owner, type) else type(owner)
    if original is None:
        # pytest calls the fixtures of a class for classes inside of it, too.
        line = (of if issubclass(of, cls) else cls).__mro__
        bases = line[line.index(cls) + 1 :]
        original = next(
            (vars(each)[name] for each in bases if name in vars(each)), None
        )
    if original is None:
        return None
    return original.__get__(None if owner is of else owner, of)
