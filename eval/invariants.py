"""What holds for every answer whatever was asked, checked from outside."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from assistant.answer import Answer, Citation, FigureCard
from assistant.chat import LONGEST_QUESTION, Assistant
from assistant.privacy import mask
from assistant.rules import Rule
from assistant.session import Session
from assistant.shapes import Promise, Share
from eval.supported import Held, unsupported
from eval.verbatim import verbatim
from index.documents import PolicyDocument
from index.lexical import normalised

CITATIONS, CHARACTERS, FIGURES = 12, 2000, 12
BEHAVIOURS, VERDICTS = ("answer", "clarify", "refuse"), ("yes", "no", "depends", None)
# Templates that were not filled in, Python's own words, and what a page would run.
LEFT_OVER = re.compile(r"\{\w*\}|\bNone\b|Decimal\(|\bnan\b|\binf\b|E\+\d")
ACTIVE = re.compile(r"<[a-z/!]|https?:|javascript:|\]\(|!\[", re.IGNORECASE)
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """One turn as asked and answered: what the checks look at."""

    question: str
    said: str  # the asker's words of the whole conversation, this turn's included
    answer: Answer
    session: Session  # after the turn
    as_of: date
    places: tuple[Path, ...]  # where he says to be, as far as that is sure


class Invariants:
    """The checks, bound to the texts and rules that answers are held to."""

    def __init__(self, assistant: Assistant) -> None:
        self.library = assistant.index.library
        self.documents = self.library.documents
        self.rulebook = assistant.rulebook
        self._held: dict[date, Held] = {}

    def broken(self, asked: Asked) -> list[str]:
        """The names of the checks that an answer fails, each with what is wrong."""
        found = [*self._form(asked), *self._citations(asked), *self._figures(asked)]
        held = self._held.setdefault(
            asked.as_of, Held(self.library, self.rulebook, asked.as_of)
        )
        loose = unsupported(asked.answer, asked.said, held)
        return found + ([f"unsupported: {loose}"] if loose else [])

    def _form(self, asked: Asked) -> Iterator[str]:
        """The contract's form: behaviour, questions, lengths, plain text."""
        answer, text = asked.answer, asked.answer.text
        if answer.behaviour not in BEHAVIOURS or answer.verdict not in VERDICTS:
            yield f"behaviour: {answer.behaviour} {answer.verdict}"
        if len(answer.questions) != (answer.behaviour == "clarify"):
            yield f"questions: {len(answer.questions)} in a {answer.behaviour}"
        if answer.behaviour == "refuse" and (answer.figures or answer.citations):
            yield "refuse: with figures or citations"
        if answer.behaviour == "answer" and not (answer.citations or answer.text):
            yield "answer: empty"
        if not text.strip() or len(text) > CHARACTERS:
            yield f"length: {len(text)} characters"
        length = len(normalised(mask(asked.question).question))
        if length > LONGEST_QUESTION and answer.reason != "too_long":
            yield "too_long: not said"
        shown = answer.to_markdown()
        for pattern in (LEFT_OVER, ACTIVE):
            if match := pattern.search(shown):
                yield f"markup: {match.group()!r}"
        yield from _unwritable(answer)

    def _citations(self, asked: Asked) -> Iterator[str]:
        """Markers and citations are the same; quotes are verbatim and apply here."""
        answer = asked.answer
        markers = [c.marker for c in answer.citations]
        if {int(m) for m in re.findall(r"\[(\d+)\]", answer.text)} != set(markers):
            yield f"markers: {markers}"
        if len(set(markers)) < len(markers) or len(markers) > CITATIONS:
            yield f"citations: {len(markers)}"
        codes = {n.code for n in answer.notices}
        for citation in answer.citations:
            if citation.clause not in self.library.row:
                yield f"clause: {citation.clause}"
                continue
            yield from self._citation(citation, codes, asked)

    def _citation(
        self, citation: Citation, codes: set[str], asked: Asked
    ) -> Iterator[str]:
        clause = self.library.clause(citation.clause)
        document = self.documents[clause.document]
        if not verbatim(citation.quote, clause.text):
            yield f"quote: {citation.clause} {citation.quote[:40]}"
        status = document.status(asked.as_of)
        if citation.document != document.title or citation.status != status:
            yield f"status: {citation.clause} {citation.status}"
        if status in ("draft", "expired") and status not in codes:
            yield f"notice: {status} of {citation.clause}"
        yield from self._elsewhere("citation", document, asked)

    def _elsewhere(
        self, what: str, document: PolicyDocument, asked: Asked
    ) -> Iterator[str]:
        """Nothing of a text that does not hold where the asker says to be."""
        if asked.places and not any(_holds(document, p) for p in asked.places):
            yield f"place: {what} of {document.id}, asked for {asked.places}"

    def _figures(self, asked: Asked) -> Iterator[str]:
        """Each figure is of a rule in force here, cited, and within its cap."""
        answer = asked.answer
        if len(answer.figures) > FIGURES:
            yield f"figures: {len(answer.figures)}"
        codes = {n.code for n in answer.notices}
        cited = {c.marker: c.clause for c in answer.citations}
        for card in answer.figures:
            if not card.citations or not set(card.citations) <= set(cited):
                yield f"figure: {card.rule} uncited"
            if not card.steps or Decimal(card.yuan) < 0:
                yield f"figure: {card.rule} {card.yuan} without steps"
            if rule := self.rulebook.rules.get(card.rule):
                clauses = [cited.get(m) for m in card.citations]
                yield from self._figure(rule, card, clauses, codes, asked)

    def _figure(
        self,
        rule: Rule,
        card: FigureCard,
        clauses: Sequence[str | None],
        codes: set[str],
        asked: Asked,
    ) -> Iterator[str]:
        document, last = rule.document, rule.last_day()
        begun = not rule.terms.start or rule.terms.start <= asked.as_of
        if (last and last < asked.as_of) or not begun:
            yield f"expired: figure of {rule.id}"
        if document.status(asked.as_of) in ("expired", "not_yet"):
            yield f"expired: figure of {document.id}"
        if document.draft and "draft" not in codes:
            yield f"draft: figure of {rule.id}"
        is_payee = (*asked.session.known.is_payee, "enterprise")
        if card.payee not in is_payee and "not_you" not in codes:
            yield f"payee: {card.payee} of {rule.id} without a notice"
        if not set(rule.clauses) & set(clauses):
            yield f"figure: {rule.id} cites another clause"
        yield from self._elsewhere("figure", document, asked)
        yield from _too_much(rule, card)


def _too_much(rule: Rule, card: FigureCard) -> Iterator[str]:
    """A rate of what was said, never more than the cap, never as an exact sum."""
    amount, yuan = rule.terms.amount, Decimal(card.yuan)
    if not isinstance(amount, Share | Promise):
        return
    if amount.cap is not None and yuan > amount.cap:
        yield f"cap: {card.yuan} of {rule.id}"
    if amount.cap is not None and card.bound != "at_most":
        yield f"cap: {rule.id} {card.bound}"
    base = card.inputs.get(amount.of) if isinstance(amount, Share) else None
    if isinstance(amount, Share) and base is not None:
        whole = Decimal(base) * amount.rate
        if yuan != min(whole, amount.cap or whole):
            yield f"rate: {card.yuan} of {base} by {rule.id}"


def _holds(document: PolicyDocument, place: Path) -> bool:
    """Whether a text holds at a place, or inside one that is a whole province."""
    inside = len(place) == 1 and document.place[:1] == place
    return bool(place) and (inside or place[: len(document.place)] == document.place)


def _unwritable(answer: Answer) -> Iterator[str]:
    """An answer that cannot be sent or kept: a lone surrogate echoed."""
    row = json.dumps(answer.to_json(), ensure_ascii=False)
    try:
        (row + answer.to_markdown()).encode("utf-8")
    except UnicodeEncodeError as error:
        yield f"encoding: {error.reason}"
