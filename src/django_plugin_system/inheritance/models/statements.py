"""Statements that hand a class to somebody, such as ``auditlog.register(Room)``.

Where the class stands in for a model, they wait for that. Those are calls whose result
is not used, and decorators of classes, both outside of functions and classes: what
comes after them in a module seldom depends on what they do.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import BuiltinFunctionType, CodeType
from typing import Any

from .waiting import ModelKey, final_class, find_stand_in, when_made

CALL = "__call_when_final__"
DECORATE = "__decorate_when_final__"

# A call or a decorator at the beginning of a line, or a block that may have some.
_CANDIDATE = re.compile(rb"^(?:@|[\w.]+\(|\w.*\)\(|\[|(?:if|for|try|with)\b)", re.M)

# These meet our own code, or do to the class what its children inherit.
_FOR_NOW = {"django", "django_plugin_system", *sys.stdlib_module_names}


def may_wait(text: bytes) -> bool:
    """Tell whether a module's text may have such a statement."""
    return _CANDIDATE.search(text) is not None


def compile_waiting(source: str, filename: str) -> CodeType | None:
    """Compile a module so that such statements wait, or return None if it has none."""
    waiting = _Waiting()
    tree = waiting.visit(ast.parse(source, filename))
    if not waiting.has_found:
        return None
    ast.fix_missing_locations(tree)
    return compile(tree, filename, "exec", dont_inherit=True)


def names_for(module: dict[str, Any]) -> dict[str, object]:
    """Return what such code calls while it runs as a module with these globals."""
    return {CALL: call_when_final, DECORATE: partial(decorate_when_final, module)}


def call_when_final(function: Any, /, *args: Any, **kwargs: Any) -> None:
    """Call a function when all that it is given is final."""
    keys = () if _is_for_now(function) else tuple(_keys([args, kwargs]))
    if not keys:
        function(*args, **kwargs)
        return
    place = _calling_line()

    def call(*models: type) -> None:
        with _explaining(place):
            function(*_final(args), **_final(kwargs))

    when_made(keys, call)


def decorate_when_final(
    module: dict[str, Any],
    get_decorator: Callable[[], Any],
    get_parts: Callable[[], tuple[Any, ...]],
) -> Callable[[Any], Any]:
    """Return a decorator that decorates a class when that is final.

    It gets the decorator itself then, for its arguments to be final too.
    """
    place = _calling_line()

    def decorate(cls: Any) -> Any:
        function, *given = get_parts()
        keys = () if _is_for_now(function) else tuple(_keys([given, cls]))
        if not keys:
            return get_decorator()(cls)

        def decorate_final(*models: type) -> None:
            final = final_class(cls)
            with _explaining(place):
                decorated = get_decorator()(final)
            if module.get(cls.__name__) is final:
                module[cls.__name__] = decorated

        when_made(keys, decorate_final)
        return cls

    return decorate


class _Waiting(ast.NodeTransformer):
    """Has statements call the functions above. Leaves what is in functions alone."""

    has_found = False

    def visit_FunctionDef(self, node: ast.AST) -> ast.AST:
        return node

    visit_AsyncFunctionDef = visit_Lambda = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.decorator_list = [self._decorator(each) for each in node.decorator_list]
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        found = node.value
        if isinstance(found, ast.ListComp):
            found.elt = self._call(found.elt)
        else:
            node.value = self._call(found)
        return node

    def _call(self, node: ast.expr) -> ast.expr:
        if not isinstance(node, ast.Call) or not (node.args or node.keywords):
            return node
        self.has_found = True
        name = ast.Name(CALL, ast.Load())
        call = ast.Call(name, [node.func, *node.args], node.keywords)
        return ast.copy_location(call, node)

    def _decorator(self, node: ast.expr) -> ast.expr:
        self.has_found = True
        parts = [node]
        if isinstance(node, ast.Call):
            given = [*node.args, *(each.value for each in node.keywords)]
            parts = [node.func, *filter(_is_plain, given)]
        name = ast.Name(DECORATE, ast.Load())
        later = [_function_of(node), _function_of(ast.Tuple(parts, ast.Load()))]
        return ast.copy_location(ast.Call(name, later, []), node)


def _function_of(node: ast.expr) -> ast.expr:
    none = ast.arguments([], [], None, [], [], None, [])
    return ast.Lambda(none, node)


def _is_plain(node: ast.expr) -> bool:
    """Tell whether it does no harm to look at a value twice."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return all(map(_is_plain, node.elts))
    if isinstance(node, ast.Attribute):
        return _is_plain(node.value)
    return isinstance(node, ast.Name | ast.Constant)


def _is_for_now(function: Any) -> bool:
    while isinstance(function, partial):
        function = function.func
    if isinstance(function, BuiltinFunctionType):
        return True
    module = getattr(function, "__module__", None) or ""
    return module.partition(".")[0] in _FOR_NOW


def _keys(value: Any) -> Iterator[ModelKey]:
    if stand_in := find_stand_in(value):
        yield stand_in.key
    elif isinstance(value, dict):
        yield from _keys([*value, *value.values()])
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from _keys(each)


def _final(value: Any) -> Any:
    if isinstance(value, type):
        return final_class(value)
    if not any(_keys(value)):
        return value
    if isinstance(value, dict):
        return {_final(each): _final(value[each]) for each in value}
    return type(value)(map(_final, value))


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
