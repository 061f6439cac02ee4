"""Grading of one turn: what its gold asks for, and what every answer must hold."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from assistant.answer import Answer
from assistant.rules import Rulebook
from eval.cases import Expect
from eval.says import flat, says
from eval.supported import Held, unsupported
from eval.verbatim import verbatim
from index.library import Library
from prompts import say

MARKER = re.compile(r"\[(\d+)\]")
# Of the contract: characters, citations; more where several things are asked.
ROOM, WIDE_ROOM, FIGURES = (800, 5), (2000, 12), 12
WIDE = ("match", "compare", "multi")
REFUSE = ("refuse",)


@dataclass(frozen=True, slots=True)
class Asked:
    """A turn to be graded."""

    expect: Expect
    kind: str
    said: str  # the asker's words so far, those of this turn last
    as_of: date


@dataclass(frozen=True, slots=True)
class Graded:
    """The checks of one turn by name, and for each that failed what is wrong."""

    faults: Mapping[str, str]
    checks: tuple[str, ...]  # all that were made
    precision: float | None  # share of the citations that the gold names
    first_right: bool | None  # whether the first citation is one of them

    @property
    def passed(self) -> bool:
        """Whether every check holds."""
        return not self.faults


Check = tuple[str, Sequence[object]]  # what was checked, and what of it is wrong


class Grader:
    """Grades against the texts and rules that answers are held to."""

    def __init__(self, library: Library, rulebook: Rulebook) -> None:
        self.library, self.rulebook = library, rulebook
        self._held: dict[date, Held] = {}

    def grade(self, answer: Answer, asked: Asked) -> Graded:
        """Every check of one answer; a check that the gold does not ask for is none."""
        made = [*_of_gold(answer, asked), *self._of_all(answer, asked)]
        wanted = {c for group in asked.expect.clauses for c in group}
        cited = [c.clause for c in answer.citations]
        shared = sum(c in wanted for c in cited)
        measured = bool(wanted and cited)
        return Graded(
            faults={name: _told(name, wrong) for name, wrong in made if wrong},
            checks=tuple(name for name, _ in made),
            precision=shared / len(cited) if measured else None,
            first_right=cited[0] in wanted if measured else None,
        )

    def _of_all(self, answer: Answer, asked: Asked) -> Iterator[Check]:
        """What holds whatever is asked: brief, grounded, verbatim, honest of status."""
        room = WIDE_ROOM if asked.kind in WIDE else ROOM
        size = (len(flat(answer.text)), len(answer.citations), len(answer.figures))
        fits = all(a <= b for a, b in zip(size, (*room, FIGURES), strict=True))
        yield "brief", () if fits else size
        held = self._held.setdefault(
            asked.as_of, Held(self.library, self.rulebook, asked.as_of)
        )
        yield "figures_supported", unsupported(answer, asked.said, held)
        false = (c for c in answer.citations if not self._true(c.clause, c.quote))
        yield "quotes_true", [c.clause for c in false]
        known = {str(c.marker) for c in answer.citations}
        yield "markers", sorted(set(MARKER.findall(answer.text)) - known)
        other = (
            c for c in answer.citations if c.status != self._status(c.clause, asked)
        )
        yield "status", [c.clause for c in other]

    def _true(self, clause: str, quote: str) -> bool:
        known = clause in self.library.row
        return known and verbatim(quote, self.library.clause(clause).text)

    def _status(self, clause: str, asked: Asked) -> str | None:
        if clause not in self.library.row:
            return None
        document = self.library.documents[self.library.clause(clause).document]
        return document.status(asked.as_of)


def _of_gold(answer: Answer, asked: Asked) -> Iterator[Check]:
    """What the gold of this turn asks for."""
    expect, cited = asked.expect, {c.clause for c in answer.citations}
    if expect.behaviour:
        right = answer.behaviour in expect.behaviour
        yield "behaviour", () if right else (answer.behaviour,)
    if groups := expect.clauses:
        yield "citations", [" / ".join(g) for g in groups if not cited & set(g)]
    if groups := expect.must_say:
        unsaid = (g for g in groups if not any(says(answer.text, w) for w in g))
        yield "must_say", [" / ".join(g) for g in unsaid]
    if expect.must_not_say:
        yield "must_not_say", [w for w in expect.must_not_say if says(answer.text, w)]
    if expect.amounts or expect.not_amounts or expect.behaviour == REFUSE:
        yield "amounts", list(_sums(answer, expect))
    if expect.notice or asked.kind == "calc":
        codes, wanted = {n.code for n in answer.notices}, set(expect.notice)
        extra = codes - wanted - {"no_double"} if asked.kind == "calc" else set[str]()
        lacking = [f"-{c}" for c in sorted(wanted - codes)]
        yield "notice", [*lacking, *(f"+{c}" for c in sorted(extra))]
    if expect.verdict:
        right = answer.verdict == expect.verdict
        yield "verdict", () if right else (answer.verdict,)


def _sums(answer: Answer, expect: Expect) -> Iterator[str]:
    """The sums that are missing, of another bound, or must not be there."""
    shown: dict[Decimal, set[str]] = {}
    for card in answer.figures:
        shown.setdefault(Decimal(card.yuan), set()).add(card.bound)
    for amount in expect.amounts:
        bounds = shown.get(amount.yuan, set())
        if not bounds or bounds - amount.bounds:
            yield f"-{amount.yuan}"
    yield from (f"+{yuan}" for yuan in expect.not_amounts if yuan in shown)
    if expect.behaviour == REFUSE:
        yield from (f"+{yuan}" for yuan in shown)


def _told(check: str, wrong: Sequence[object]) -> str:
    """What is wrong, in the reader's words."""
    return say(f"evaluation.faults.{check}", wrong="、".join(map(str, wrong)))
