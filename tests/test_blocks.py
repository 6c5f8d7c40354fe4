"""What a block is written above: it holds there, or is refused at once."""

from __future__ import annotations

import asyncio
import inspect
import unittest
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial, wraps
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.test import SimpleTestCase

from django_plugin_system import fresh_plugins
from django_plugin_system.blocks import Block
from django_plugin_system.scopes import find_scope

depth = 0
"""How many blocks are open."""


@contextmanager
def _deeper() -> Iterator[int]:
    global depth
    depth += 1
    try:
        yield depth
    finally:
        depth -= 1


def deeper() -> Block[int]:
    return Block(_deeper)


@pytest.fixture(autouse=True)
def nothing_left():
    """No test leaves a block open; that of its class may be."""
    before = depth
    yield
    assert depth == before


def test_with():
    """It gives what its context manager gives, again and again."""
    block = deeper()

    for _ in range(2):
        with block as given, deeper() as inner:
            assert (given, inner, depth) == (1, 2, 2)


def test_with_twice_at_once():
    """It cannot be open twice, since the wrong one of the two could be closed."""
    block = deeper()

    with block, pytest.raises(RuntimeError) as entered:
        block.__enter__()
    with pytest.raises(RuntimeError) as left:
        block.__exit__(None, None, None)

    assert str(entered.value) == (
        "This block is open already. Make another one for what is inside of it, and "
        "for each thread."
    )
    assert str(left.value) == "This block is not open."


# Functions


@deeper()
def function(x: int = 1) -> tuple[int, int]:
    """A docstring."""
    return x, depth


@deeper()
async def coroutine() -> int:
    await asyncio.sleep(0)
    return depth


@deeper()
def generator():
    sent = yield depth
    try:
        yield sent
    except KeyError as error:
        yield f"caught {error}"
    return depth


@deeper()
async def async_generator():
    sent = yield depth
    try:
        yield sent
    except KeyError as error:
        yield f"caught {error}"


def test_function():
    """It holds during the call; name, docstring and signature stay."""
    assert function(2) == (2, 1)
    assert function.__name__ == "function"
    assert function.__doc__ == "A docstring."
    assert str(inspect.signature(function)) == "(x: 'int' = 1) -> 'tuple[int, int]'"


def test_recursion():
    """Each call has a block of its own."""

    @deeper()
    def fall(times: int) -> int:
        return fall(times - 1) if times else depth

    assert fall(2) == 3


def test_coroutine():
    """It holds until the coroutine has been awaited, and is one for frameworks."""
    assert inspect.iscoroutinefunction(coroutine)
    assert asyncio.run(coroutine()) == 1


def test_generator():
    """It holds until the generator ends; values and errors reach it."""
    assert inspect.isgeneratorfunction(generator)
    steps = generator()

    assert (depth, next(steps), depth) == (0, 1, 1)
    assert steps.send("sent") == "sent"
    assert steps.throw(KeyError("x")) == "caught 'x'"
    with pytest.raises(StopIteration) as end:
        next(steps)

    assert end.value.value == 1


def test_generator_that_is_closed():
    """Its block is closed with it."""
    steps = generator()
    next(steps)

    steps.close()

    assert depth == 0


def test_async_generator():
    """It holds until the generator ends; values and errors reach it."""
    assert inspect.isasyncgenfunction(async_generator)

    async def drive() -> list[object]:
        steps = async_generator()
        seen = [await anext(steps), await steps.asend("sent")]
        seen.append(await steps.athrow(KeyError("x")))
        seen.append(depth)
        with pytest.raises(StopAsyncIteration):
            await anext(steps)
        return seen

    assert asyncio.run(drive()) == [1, "sent", "caught 'x'", 1]


def test_async_generator_that_is_closed_or_fails():
    """Its block is closed with it."""

    async def drive() -> None:
        steps = async_generator()
        await anext(steps)
        await steps.aclose()
        assert depth == 0
        steps = async_generator()
        await anext(steps)
        with pytest.raises(ValueError, match="x"):
            await steps.athrow(ValueError("x"))

    asyncio.run(drive())


def hiding(function):
    """Decorate as many do who know nothing of async functions."""

    @wraps(function)
    def call(*args, **kwargs):
        return function(*args, **kwargs)

    return call


def test_behind_another_decorator():
    """What has not begun yet when the function returns runs in the block."""

    async def work() -> int:
        return depth

    def yielding():
        yield depth

    async def ayielding():
        yield depth

    async def all_of(steps) -> list[int]:
        return [each async for each in steps]

    assert asyncio.run(deeper()(hiding(work))()) == 1
    assert list(deeper()(hiding(yielding))()) == [1]
    assert asyncio.run(all_of(deeper()(hiding(ayielding))())) == [1]


class Callables:
    """Other things that can be called."""

    @deeper()
    @staticmethod
    def static(x: int) -> tuple[int, int]:
        return x, depth

    @deeper()
    @classmethod
    def of_class(cls, x: int) -> tuple[str, int, int]:
        return cls.__name__, x, depth

    @deeper()
    def method(self) -> int:
        return depth

    def __call__(self) -> int:
        return depth


class AsyncCallable:
    async def __call__(self) -> int:
        return depth


def test_other_callables():
    """Methods of all kinds, partial functions and callable objects are held."""
    things = Callables()

    assert things.static(2) == Callables.static(2) == (2, 1)
    assert things.of_class(2) == ("Callables", 2, 1)
    assert things.method() == 1
    assert deeper()(things)() == 1
    assert deeper()(partial(function, 3))() == (3, 2)
    assert asyncio.run(deeper()(AsyncCallable())()) == 1
    assert inspect.iscoroutinefunction(deeper()(AsyncCallable()))


class NoTests:
    def work(self) -> None: ...


def test_refusals():
    """What a block cannot hold in is refused where it is decorated."""

    @pytest.fixture
    def fixture(): ...

    with pytest.raises(TypeError) as made:
        deeper()(fixture)
    with pytest.raises(TypeError) as no_function:
        deeper()(property(lambda self: None))
    with pytest.raises(TypeError) as no_tests:
        deeper()(NoTests)

    assert str(made.value) == (
        f"{fixture!r} is a pytest fixture already. Put @pytest.fixture above this "
        "decorator."
    )
    assert str(no_function.value).endswith(
        "is neither a function nor a test class. Decorate the function that it is "
        "made of, or use a with statement."
    )
    assert str(no_tests.value) == (
        "NoTests is not a test class: it is no unittest.TestCase and has no test "
        "methods. Decorate its functions one by one."
    )


# Fixtures


@pytest.fixture
@deeper()
def yielding_fixture(request):
    yield request.node.name, depth
    assert depth == 1


@pytest.fixture
@deeper()
def returning_fixture(yielding_fixture):
    return depth


@deeper()
@pytest.mark.parametrize("x", [1, 2])
def test_fixtures(x, yielding_fixture, returning_fixture):
    """Fixtures and marks are pytest's as before; a fixture's block lasts as it does."""
    assert yielding_fixture == (f"test_fixtures[{x}]", 1)
    assert (returning_fixture, depth) == (2, 2)


# Classes. Those of unittest are run by hand, so that their results can be counted.


def run(case: type[unittest.TestCase]) -> unittest.TestResult:
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    assert result.errors + result.failures == []
    return result


def make_cases(base: type[unittest.TestCase]) -> tuple[type[unittest.TestCase], ...]:
    """Return a decorated case, and subclasses that do without what it sets up."""

    class Recording(base):
        __test__ = False

        @classmethod
        def setUpClass(cls):
            super().setUpClass()
            assert depth > 0

        def setUp(self):
            assert depth > 1

        def test_it(self):
            assert depth > 1

        async def test_async(self):
            assert depth > 1

        def tearDown(self):
            assert depth > 1

        @classmethod
        def tearDownClass(cls):
            super().tearDownClass()
            assert depth > 0

    decorated = deeper()(Recording)

    class Early(Recording):
        @classmethod
        def setUpClass(cls):
            assert depth == 1
            super().setUpClass()

        def setUp(self):
            assert depth > 1

    class Mixin:
        def setUp(self):
            assert depth > 1

    class Mixed(Mixin, Recording):
        def run(self, result=None):
            return super().run(result)

    assert decorated is Recording
    return Recording, Early, Mixed


@pytest.mark.parametrize("which", range(3), ids=["itself", "early", "mixed"])
@pytest.mark.parametrize(
    "base",
    [SimpleTestCase, unittest.IsolatedAsyncioTestCase],
    ids=["Django", "unittest"],
)
def test_unittest(base, which):
    """It holds around the class and around each test; the class stays the same."""
    case = make_cases(base)[which]

    result = run(case)

    assert result.testsRun == 2
    assert depth == 0


@pytest.mark.parametrize(
    "base",
    [SimpleTestCase, unittest.IsolatedAsyncioTestCase],
    ids=["Django", "unittest"],
)
def test_context_of_test_cases(base):
    """What a block sets in the context is seen in all that belongs to a test."""
    scopes = set()

    @fresh_plugins()
    class Case(base):
        def setUp(self):
            self.scope = find_scope()
            assert self.scope is not None
            scopes.add(self.scope)

        def test_it(self):
            assert find_scope() is self.scope

        async def test_async(self):
            assert find_scope() is self.scope
            assert await sync_to_async(find_scope)() is self.scope

        def tearDown(self):
            assert find_scope() is self.scope

    run(Case)

    assert len(scopes) == 2
    assert find_scope() is None


def test_debug():
    """A test that is run for a debugger is held, too."""

    @deeper()
    class Case(unittest.TestCase):
        def test_it(self):
            assert depth == 1

    Case("test_it").debug()


def test_class_that_fails():
    """A class that cannot be set up leaves no block open."""

    @deeper()
    class Case(unittest.TestCase):
        @classmethod
        def setUpClass(cls):
            raise ValueError("x")

        def test_it(self): ...

    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(Case).run(result)

    assert len(result.errors) == 1
    assert depth == 0


def test_cooperation_of_bases():
    """What another base sets up is not left out."""
    called = []

    class Other(unittest.TestCase):
        @classmethod
        def setUpClass(cls):
            called.append("Other")

        def run(self, result=None):
            called.append("run")
            return super().run(result)

    @deeper()
    class Mine(unittest.TestCase):
        def __init_subclass__(cls, **kwargs):
            called.append(cls.__name__)

        def test_it(self): ...

    class Both(Mine, Other):
        pass

    run(Both)

    assert called == ["Both", "Other", "run"]


@deeper()
class TestWithPytest:
    """Collected by pytest, with its fixtures."""

    @classmethod
    def setup_class(cls):
        assert depth > 0

    def setup_method(self, method):
        assert depth > 1
        self.method = method.__name__

    @pytest.fixture(autouse=True)
    def of_its_own(self, nothing_left):
        assert depth > 1
        yield
        assert depth > 1

    def test_it(self, tmp_path: Path):
        """It holds."""
        assert depth > 1
        assert self.method == "test_it"

    @pytest.mark.parametrize("x", [1])
    def test_marks(self, x):
        """It holds."""
        assert depth > 1

    def teardown_method(self):
        assert depth > 1

    def teardown_class(cls):
        assert depth > 0

    class TestInside:
        def test_it(self):
            """Classes in it are held."""
            assert depth > 1


class TestDerived(TestWithPytest):
    """A subclass that does without what it inherits."""

    def setup_method(self):
        assert depth > 1
        self.method = "test_it"


@deeper()
class Mixin:
    """Tests that become a test case in a subclass."""

    def test_it(self):
        """It holds."""
        assert depth > 1


class MixinTests(Mixin, unittest.TestCase):
    """That subclass."""


def test_after_classes():
    """When their tests are over, the blocks of classes are closed."""
    assert depth == 0


def test_classes_that_a_test_class_names():
    """Only those that are written in it are held with it."""

    class OtherTests(SimpleTestCase):
        def test_other(self) -> None: ...

    class Holder(SimpleTestCase):
        other = OtherTests

        class Inner(SimpleTestCase):
            def test_inner(self) -> None: ...

        def test_it(self) -> None: ...

    before = dict(vars(OtherTests))

    Block(nothing)(Holder)

    assert dict(vars(OtherTests)) == before
    assert "setUpClass" in vars(Holder.Inner)


@contextmanager
def nothing() -> Iterator[None]:
    yield


def depths() -> tuple[list[str], Block[None], Block[None]]:
    """Return what is open, and two blocks that say so."""
    is_open: list[str] = []

    @contextmanager
    def opened(name: str) -> Iterator[None]:
        is_open.append(name)
        yield
        is_open.remove(name)

    return is_open, Block(partial(opened, "outer")), Block(partial(opened, "inner"))


def test_two_blocks_around_a_class_of_pytest():
    """Each is open during the tests, and closed after them."""
    is_open, outer, inner = depths()

    @outer
    @inner
    class TestBoth:
        def test_it(self) -> None: ...

    TestBoth.setup_class()
    during = list(is_open)
    TestBoth.teardown_class()

    assert (during, is_open) == (["outer", "inner"], [])


def test_a_subclass_of_pytest_s_that_tears_down_alone():
    """What its call of super() has opened ends all the same."""
    is_open, outer, _ = depths()

    @outer
    class TestBase:
        @classmethod
        def setup_class(cls) -> None: ...

        def test_it(self) -> None: ...

    class TestSub(TestBase):
        @classmethod
        def setup_class(cls) -> None:
            super().setup_class()

        @classmethod
        def teardown_class(cls) -> None: ...

    TestSub.setup_class()
    during = bool(is_open)
    TestSub.teardown_class()

    assert (during, is_open) == (True, [])


def test_a_context_manager():
    """What contextlib makes of a generator is held, sync and async."""
    is_open, outer, _ = depths()

    @outer
    @contextmanager
    def plain() -> Iterator[list[str]]:
        yield list(is_open)

    @outer
    @asynccontextmanager
    async def awaited() -> AsyncIterator[list[str]]:
        yield list(is_open)

    async def enter() -> list[str]:
        async with awaited() as found:
            return found

    with plain() as found:
        assert found == ["outer"]
    assert asyncio.run(enter()) == ["outer"]
    assert is_open == []


def test_a_mixin_that_goes_past_a_class_of_pytest():
    """Its hooks are around no block, so the subclass gets one of its own."""
    is_open, outer, _ = depths()

    @outer
    class TestBase:
        def test_it(self) -> None: ...

    class Mixin:
        @classmethod
        def setup_class(cls) -> None: ...

    class TestChild(Mixin, TestBase): ...

    TestChild.setup_class()
    during = bool(is_open)
    TestChild.teardown_class()

    assert (during, is_open) == (True, [])
