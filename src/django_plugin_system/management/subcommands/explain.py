"""plugins explain: who answers for a type, and why."""

from __future__ import annotations

from django.core.management.base import CommandError, CommandParser

from ...decisions.known import find_type, read_now
from ...exceptions import PluginTypeNotFound
from ...models import PluginItem, PluginStatus
from ...registry import plugins
from ...selection.current import database
from ...selection.explain import Explanation, explain, explain_type
from ...selection.snapshot import Snapshot
from ...specs import TypeKey, dotted
from .answers import status_word
from .base import DONE, REFUSED, Call, Subcommand, Words


def add_arguments(parser: CommandParser) -> None:
    """Take the type."""
    parser.add_argument(
        "type",
        nargs="+",
        action=Words,
        metavar="TYPE",
        help="manager:name, or the name alone if it is unambiguous.",
    )


def handle(call: Call) -> int:
    """Print the explanation; return REFUSED if nothing answers."""
    rows = read_now(call.using)
    key = find_type(call.options["type"], rows)
    try:
        explanation = _explain(key, rows)
    except PluginTypeNotFound as error:
        raise CommandError(str(error), returncode=REFUSED) from error
    except Exception as error:
        spec = plugins.find_type(key)
        source = dotted((spec and spec.get_plugin) or explain)
        raise CommandError(
            f"Who answers for {key} cannot be told: {source} failed when it was called "
            f"without arguments: {type(error).__name__}: {error}",
            returncode=REFUSED,
        ) from error
    call.show(_facts(key, explanation), str(explanation).splitlines())
    return DONE if explanation.chosen or explanation.varies else REFUSED


def _explain(key: TypeKey, rows: Snapshot) -> Explanation:
    spec = plugins.find_type(key)
    if spec and rows.using == database():
        return explain(key.name, key.manager)
    row = rows.find_type_row(key)
    if row is None:
        raise PluginTypeNotFound(
            f"Plugin type {key} has no row in database {rows.using!r} yet. "
            f"Run 'manage.py pluginsync --database {rows.using}'."
        )
    return explain_type(row, spec)


def _facts(key: TypeKey, explanation: Explanation) -> dict[str, object]:
    chosen = explanation.chosen
    generation = explanation.generation
    return {
        "type": str(key),
        "answers": str(chosen.key) if chosen else None,
        "varies": explanation.varies,
        "rule": explanation.rule,
        "generation": str(generation) if generation else None,
        "age": explanation.age,
        "candidates": [
            {
                "item": str(reason.item.key),
                "status": _status(reason.item),
                "priority": reason.item.priority,
                "verdict": reason.verdict.name.lower(),
                "reason": reason.verdict.value,
            }
            for reason in explanation.candidates
        ],
    }


def _status(item: PluginItem) -> str | None:
    """Return it in the word that people read; None where no row says one."""
    return status_word(item.status) if item.status in PluginStatus.values else None


EXPLAIN = Subcommand(
    "explain",
    "Show which item of a type answers, and what became of every other. Exits with 1 "
    "if nothing answers.",
    handle,
    add_arguments,
)
