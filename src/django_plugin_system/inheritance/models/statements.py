"""Statements that hand a class to somebody, such as ``auditlog.register(Room)``.

Where the class stands in for a model, they wait for that. Those are calls whose result
is not used, and decorators of classes, both outside of functions and classes: what
comes after them in a module seldom depends on what they do.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from inspect import getattr_static
from types import BuiltinFunctionType, CodeType, ModuleType
from typing import Any, NamedTuple

from .waiting import ModelKey, final_class, find_stand_in, when_made

# These meet our own code, or do to the class what its children inherit.
_FOR_NOW = {"django", "django_plugin_system", *sys.stdlib_module_names}

_STANDS_FOR_HELPER = "what has statements wait"

# What the rest of a module needs is not in these.
_OF_CALLS = (
    *(ast.Expr, ast.Pass, ast.Raise, ast.Break, ast.Continue),
    *(ast.Try, ast.TryStar, ast.With, ast.If, ast.For, ast.While, ast.Match),
)


def compile_waiting(
    source: str, filename: str, module: dict[str, Any]
) -> CodeType | None:
    """Compile a module so that such statements wait, or return None if it has none.

    The code is for a module with these globals.
    """
    waiting = _Waiting(filename)
    tree = waiting.visit(ast.parse(source, filename))
    if not waiting.has_found:
        return None
    ast.fix_missing_locations(tree)
    code = compile(tree, filename, "exec", dont_inherit=True)
    return _with_helper(code, _Helper(module, waiting.blocks))


class _Block(NamedTuple):
    code: CodeType
    names: frozenset[str]
    """All that it speaks of, with dots."""
    functions: list[str]
    """Which of them it calls, or an empty string for any other expression."""


class _Helper:
    """What such code calls. It is a constant there, for no name is free in a module."""

    def __init__(self, module: dict[str, Any], blocks: list[_Block]) -> None:
        self.module = module
        self.blocks = blocks

    def call(self, function: Any, /, *args: Any, **kwargs: Any) -> Callable[[], object]:
        """Return what to call now. It does nothing if something is not final yet.

        The module calls it, since a function may look at who does.
        """
        owner: Any = getattr(function, "__self__", None)
        stand_in = find_stand_in(owner)
        given = [owner if stand_in else None, args, kwargs]
        keys = () if _is_for_now(function) else tuple(_keys(given))
        if not keys:
            return partial(function, *args, **kwargs)
        place = _calling_line()

        def call(*models: type) -> None:
            with _explaining(place):
                final = function
                if stand_in:
                    final = getattr(final_class(owner), function.__name__)
                final(*_final(args), **_final(kwargs))

        when_made(keys, call)
        return _do_nothing

    def decorate(
        self, is_call: bool, function: Any, /, *args: Any, **kwargs: Any
    ) -> Callable[[Any], Any]:
        """Return a decorator that decorates a class when that is final.

        If it is made by a call, its arguments are final then too.
        """
        place = _calling_line()

        def get_decorator() -> Callable[[Any], Any]:
            result: Callable[[Any], Any] = function
            if is_call:
                result = function(*_final(args), **_final(kwargs))
            return result

        if _is_for_now(function):
            return get_decorator()
        is_given = any(_keys([args, kwargs]))
        made: Any = None if is_given else get_decorator()

        def decorate(cls: Any) -> Any:
            keys = tuple(_keys([args, kwargs, cls]))
            if not keys:
                return made(cls)

            def decorate_final(*models: type) -> None:
                final = final_class(cls)
                with _explaining(place):
                    decorator = get_decorator() if is_given else made
                    decorated = decorator(final)
                if self.module.get(cls.__name__) is final:
                    self.module[cls.__name__] = decorated

            when_made(keys, decorate_final)
            return cls

        return decorate

    def is_for_now(self, number: int) -> bool:
        """Tell whether to run a block of statements now. Else it waits as a whole."""
        block = self.blocks[number]
        found = {name: self._find(name) for name in block.names}
        keys = tuple(_keys([*found.values()]))
        if not keys or all(map(self._is_for_now, block.functions)):
            return True
        place = _calling_line()
        # They may mean something else by then, such as in a loop.
        given = {name: self.module[name] for name in found if name in self.module}

        def run(*models: type) -> None:
            with _explaining(place):
                exec(block.code, {**self.module, **_final(given)})

        when_made(keys, run)
        return False

    def _is_for_now(self, name: str) -> bool:
        found = self._find(name)
        if found is None:
            return False
        return _is_for_now(found if hasattr(found, "__module__") else type(found))

    def _find(self, name: str) -> Any:
        """Return what a name means, as far as nothing has to run for that."""
        first, *others = name.split(".")
        found = self.module.get(first, getattr(builtins, first, None))
        for each in others:
            if not isinstance(found, ModuleType | type):
                break
            found = getattr_static(found, each, None)
        return found


class _Waiting(ast.NodeTransformer):
    """Has statements call the helper. Leaves what is in functions alone."""

    def __init__(self, filename: str) -> None:
        self.filename = filename
        self.has_found = False
        self.blocks: list[_Block] = []

    def visit_FunctionDef(self, node: ast.AST) -> ast.AST:
        return node

    visit_AsyncFunctionDef = visit_Lambda = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.decorator_list = [self._decorator(each) for each in node.decorator_list]
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        for call in _unused_calls(node.value):
            args = [call.func, *call.args]
            call.func = self._helped(call, "call", args, call.keywords)
            call.args, call.keywords = [], []
        return node

    def visit_If(self, node: ast.stmt) -> ast.AST:
        block = _block(node, self.filename)
        if block is None:
            return self.generic_visit(node)
        self.blocks.append(block)
        number = ast.Constant(len(self.blocks) - 1)
        test = self._helped(node, "is_for_now", [number], [])
        # There may be more in it that waits by itself.
        self.generic_visit(node)
        return ast.copy_location(ast.If(test, [node], []), node)

    visit_Try = visit_TryStar = visit_With = visit_If

    def visit_For(self, node: ast.stmt) -> ast.AST:
        # What ends a loop, or a turn, cannot wait without the loop.
        if any(isinstance(each, ast.Break | ast.Continue) for each in ast.walk(node)):
            return self.visit_If(node)
        return self.generic_visit(node)

    visit_While = visit_For

    def _decorator(self, node: ast.expr) -> ast.expr:
        is_call = isinstance(node, ast.Call)
        given = [node.func, *node.args] if isinstance(node, ast.Call) else [node]
        keywords = node.keywords if isinstance(node, ast.Call) else []
        call = self._helped(node, "decorate", [ast.Constant(is_call), *given], keywords)
        return ast.copy_location(call, node)

    def _helped(
        self,
        node: ast.stmt | ast.expr,
        method: str,
        args: list[ast.expr],
        keywords: list[ast.keyword],
    ) -> ast.expr:
        """Return what is called in the place of a node."""
        self.has_found = True
        helper = ast.Constant(_STANDS_FOR_HELPER)
        function = ast.Attribute(helper, method, ast.Load())
        # Python says that a call is where its function ends.
        function.lineno = function.end_lineno = node.lineno
        function.col_offset = function.end_col_offset = node.col_offset
        return ast.Call(function, args, keywords)


def _with_helper(code: CodeType, helper: _Helper) -> CodeType:
    def replaced(constant: Any) -> Any:
        if isinstance(constant, CodeType):
            return _with_helper(constant, helper)
        is_it = isinstance(constant, str) and constant == _STANDS_FOR_HELPER
        return helper if is_it else constant

    return code.replace(co_consts=tuple(map(replaced, code.co_consts)))


def _unused_calls(node: ast.expr) -> Iterator[ast.Call]:
    """Yield the calls in an expression that is a statement, but for inner ones."""
    if isinstance(node, ast.Call):
        yield node
        return
    parts: list[ast.expr] = []
    if isinstance(node, ast.ListComp | ast.SetComp):
        parts = [node.elt]
    elif isinstance(node, ast.BoolOp):
        # The others say whether there is more to do.
        parts = node.values[-1:]
    elif isinstance(node, ast.IfExp):
        parts = [node.body, node.orelse]
    elif isinstance(node, ast.Tuple | ast.List):
        parts = node.elts
    for part in parts:
        yield from _unused_calls(part)


def _block(node: ast.stmt, filename: str) -> _Block | None:
    """Return what a statement with others in it is, if it does nothing but call."""
    within = list(ast.walk(node))
    calls = [
        call
        for each in within
        if isinstance(each, ast.Expr)
        for call in _unused_calls(each.value)
    ]
    if not calls or any(
        isinstance(each, ast.NamedExpr)
        or (isinstance(each, ast.stmt) and not isinstance(each, _OF_CALLS))
        for each in within
    ):
        return None
    names = {_dotted(each) for each in within if isinstance(each, ast.expr)} - {""}
    try:
        code = compile(ast.Module([node], []), filename, "exec", dont_inherit=True)
    except SyntaxError:
        # It ends a loop that it is in.
        return None
    return _Block(code, frozenset(names), [_dotted(each.func) for each in calls])


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value)
        return before and f"{before}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _do_nothing() -> None:
    pass


def _is_for_now(function: Any) -> bool:
    while isinstance(function, partial):
        function = function.func
    if isinstance(function, BuiltinFunctionType):
        return True
    module = getattr(function, "__module__", None) or ""
    return module.partition(".")[0] in _FOR_NOW


def _keys(value: Any, seen: set[int] | None = None) -> Iterator[ModelKey]:
    seen = set() if seen is None else seen
    if stand_in := find_stand_in(value):
        yield stand_in.key
    elif isinstance(value, dict | list | tuple | set | frozenset):
        if id(value) in seen:
            return
        seen.add(id(value))
        parts = [*value, *value.values()] if isinstance(value, dict) else [*value]
        for each in parts:
            yield from _keys(each, seen)


def _final(value: Any) -> Any:
    """Return a value with final classes in it.

    What can be changed is the same object afterwards: others may have it as well.
    """
    if isinstance(value, type):
        return final_class(value)
    if not any(_keys(value)):
        return value
    if isinstance(value, dict):
        pairs = [*value.items()]
        value.clear()
        value.update((_final(key), _final(each)) for key, each in pairs)
        return value
    parts = [*value]
    if isinstance(value, list | set):
        # Empty meanwhile, as it may be within itself.
        value.clear()
    final = map(_final, parts)
    if isinstance(value, list):
        value.extend(final)
        return value
    if isinstance(value, set):
        value.update(final)
        return value
    return getattr(value, "_make", type(value))(final)


def _calling_line() -> str:
    frame = sys._getframe(2)
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


@contextmanager
def _explaining(place: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        error.add_note(f"{place} has waited for the model that a child has defined.")
        raise
