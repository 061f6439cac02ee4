"""Every fault of every rule file at once, for the officer who mends them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from assistant import rules
from assistant.rule_checks import faults
from assistant.shapes import Multiple
from assistant.terms import Terms
from assistant.vocabulary import Vocabulary, load_vocabulary
from index.read import Clause
from index.yaml_files import DataError, explain, load_yaml
from prompts import say

Row = tuple[str, str, Any]  # file, id (or the place in the file), as read


def audit(clauses: Mapping[str, Clause], folder: Path | None = None) -> list[str]:
    """What is wrong with the rules, a paragraph a rule; [] when all is well."""
    try:
        vocabulary = load_vocabulary()
    except DataError as error:
        return [str(error)]
    found: list[str] = []
    rows: list[Row] = []
    for path in sorted((folder or rules.RULEBOOK).glob("*.yaml")):
        try:
            rows += _rows(path)
        except DataError as error:
            found.append(str(error))
    ids = [name for _, name, _ in rows]
    for number, (file, name, row) in enumerate(rows):
        lines = list(_faults_of(row, clauses, vocabulary, set(ids)))
        if name in ids[:number]:
            lines.append("· " + say("messages.rules.duplicate", id=name))
        if lines:
            head = say("messages.bad_entry", file=file, entry=name)
            found.append(head + "\n".join(lines))
    return found


def _rows(path: Path) -> list[Row]:
    content = load_yaml(path, exact=True)
    if not isinstance(content, list):
        raise DataError(say("messages.not_a_list", file=path.name))
    return [
        (path.name, _name(row, number), row)
        for number, row in enumerate(cast(list[Any], content), 1)
    ]


def _name(row: Any, number: int) -> str:
    """The id of an entry, its place in the file where it has none."""
    fields = cast(dict[str, Any], row) if isinstance(row, dict) else {}
    return str(fields.get("id") or say("messages.rules.nth", number=number))


def _faults_of(
    row: Any, clauses: Mapping[str, Clause], vocabulary: Vocabulary, ids: set[str]
) -> Iterator[str]:
    try:
        terms = Terms.model_validate(row)
    except ValidationError as error:
        yield from explain(error)
        return
    yield from (f"· {fault}" for fault in faults(terms, clauses, vocabulary))
    for name in _named(terms):
        if name not in ids:
            yield "· " + say("messages.rules.no_rule", id=terms.id, name=name)


def _named(terms: Terms) -> Iterator[str]:
    """The rules that a rule speaks of."""
    yield from (exclusion.rule for exclusion in terms.excludes)
    yield from terms.adds_to
    if isinstance(terms.amount, Multiple) and terms.amount.from_rule:
        yield terms.amount.from_rule
