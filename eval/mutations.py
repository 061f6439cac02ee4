"""Wrong on purpose: each mutation of a rule or an answer must be caught."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from assistant.answer import Answer
from assistant.grounding import borne_out
from assistant.rule_checks import faults
from assistant.rules import RULEBOOK, Rule, Rulebook
from assistant.terms import Terms
from eval.rule_cases import failures
from index.read import Clause
from index.yaml_files import load_text, load_yaml

# Each pair is swapped both ways.
SWAPS = (
    ("at_most", "at_least"),
    ("exact", "at_most"),
    ("more_than", "at_least"),
    ("不超过", "不低于"),
    ("最高", "最低"),
    ("万", "亿"),
    ("payee: enterprise", "payee: bank"),
    ("payee: locality", "payee: enterprise"),
)
OTHER_PAYEE = re.compile(r"payee: (?!enterprise|locality)\w+")
VALUE = re.compile(r"^  (?!label|clause|open|words|because)\S")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many mutations were made and how many of them nothing caught."""

    made: int
    survivors: tuple[str, ...]

    @property
    def kill_rate(self) -> float:
        """The share of the mutations that something caught."""
        return 1 - len(self.survivors) / self.made if self.made else 0.0


def rule_mutations(
    rulebook: Rulebook, clauses: Mapping[str, Clause], tables: Path
) -> Tally:
    """Every digit, bound, unit, payee and date of every rule, changed one at a time."""
    cases = _cases(tables)
    made, survivors = 0, list[str]()
    for path in sorted(RULEBOOK.glob("*.yaml")):
        for chunk in _chunks(path.read_text("utf-8")):
            name = str(yaml.safe_load(chunk)[0]["id"])
            for change, mutant in _mutants(chunk):
                made += 1
                if _survives(mutant, rulebook.rules[name], rulebook, clauses, cases):
                    survivors.append(f"{name}: {change}")
    return Tally(made, tuple(survivors))


def _cases(tables: Path) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(tables.glob("*.yaml")):
        for case in load_yaml(path, exact=True):
            found.setdefault(case["rule"], []).append(case)
    return found


def _chunks(text: str) -> list[str]:
    """The text of each rule of a file."""
    return [f"- {part}" for part in re.split(r"(?m)^- ", text)[1:]]


def _mutants(chunk: str) -> Iterator[tuple[str, str]]:
    """Each changed text with what was changed."""
    for match in re.finditer(r"\d", chunk):
        if _is_value(chunk, match.start()):
            digit = str((int(match.group()) + 1) % 10)
            yield _edited(chunk, match.start(), match.end(), digit)
    for one, other in SWAPS:
        for old, new in ((one, other), (other, one)):
            for match in re.finditer(re.escape(old), chunk):
                if _is_value(chunk, match.start()):
                    yield _edited(chunk, match.start(), match.end(), new)
    for match in OTHER_PAYEE.finditer(chunk):
        yield _edited(chunk, match.start(), match.end(), "payee: enterprise")


def _is_value(chunk: str, at: int) -> bool:
    """Whether a place is in a field that is figures, dates or the quote."""
    fields = re.findall(r"(?m)^  (\w+):", chunk[: at + 1])
    line = chunk[chunk.rfind("\n", 0, at) + 1 : at]
    key = re.match(r"  (\w+): ?", line + " ")
    name = fields[-1] if fields else "id"
    if key and key[1] in ("clause", "label", "benefit"):
        return False
    return name not in (
        "id",
        "label",
        "clause",
        "benefit",
        "open",
        "words",
        "because",
    ) and not re.search(r"(clause|rule|from_rule|each|of): ?\S*$", line)


def _edited(text: str, start: int, end: int, new: str) -> tuple[str, str]:
    around = text[max(0, start - 16) : end + 8].replace("\n", " ")
    return f"…{around}… → {new}", text[:start] + new + text[end:]


def _survives(
    mutant: str,
    rule: Rule,
    rulebook: Rulebook,
    clauses: Mapping[str, Clause],
    cases: Mapping[str, list[dict[str, Any]]],
) -> bool:
    """Whether neither the checks at load nor the rule's table notice."""
    try:
        terms = Terms.model_validate(load_text(mutant, exact=True)[0])
    except (ValidationError, yaml.YAMLError):
        return False
    if faults(terms, clauses, rulebook.vocabulary):
        return False
    changed = replace(rule, terms=terms)
    return not failures(changed, cases.get(rule.id, []))


def answer_mutations(answers: Mapping[str, Answer]) -> Tally:
    """Every digit, bound word and unit of every span of composed answers."""
    made, survivors = 0, list[str]()
    for name, answer in answers.items():
        for line in answer.lines:
            for span in line:
                for changed in _text_mutants(span.text):
                    made += 1
                    if borne_out(replace(span, text=changed)):
                        survivors.append(f"{name}: {span.text} → {changed}")
    return Tally(made, tuple(survivors))


def _text_mutants(text: str) -> Iterator[str]:
    for match in re.finditer(r"\d", text):
        digit = str((int(match.group()) + 1) % 10)
        yield text[: match.start()] + digit + text[match.end() :]
    for one, other in (
        ("不超过", "不低于"),
        ("最多", "不低于"),
        ("万", "亿"),
        ("企业", "银行"),
    ):
        for old, new in ((one, other), (other, one)):
            for match in re.finditer(old, text):
                yield text[: match.start()] + new + text[match.end() :]
