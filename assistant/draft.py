"""An answer under construction: sentences of typed spans, and the clauses they cite."""

from dataclasses import dataclass, field
from datetime import date

from assistant import spans
from assistant.amounts import Figure
from assistant.answer import Answer, Citation, FigureCard, Notice, Verdict
from assistant.citations import cite_passages
from assistant.combine import Sum
from assistant.grounding import sound
from assistant.quotes import locate
from assistant.spans import Sentence, Span, write
from index.library import Library
from prompts import say


@dataclass(slots=True)
class Draft:
    """Collects what one answer says; nothing here decides what that is."""

    library: Library
    as_of: date
    room: int  # characters
    lines: list[Sentence] = field(default_factory=list[Sentence])
    spare: dict[int, int] = field(default_factory=dict[int, int])  # by line
    notes: list[tuple[str, Sentence]] = field(
        default_factory=list[tuple[str, Sentence]]
    )
    quoted: dict[str, list[tuple[int, int]]] = field(
        default_factory=dict[str, list[tuple[int, int]]]
    )
    cards: list[FigureCard] = field(default_factory=list[FigureCard])

    def add(self, sentence: Sentence, spare: int = 0) -> None:
        """One more line; where room is short the most spare lines are left out."""
        self.lines.append(sentence)
        self.spare[id(sentence)] = spare

    def fit(self) -> None:
        """Leave out spare lines, the last first, until the text fits."""
        while len(spans.page(self.lines)) > self.room:
            ranks = [self.spare.get(id(line), 0) for line in self.lines]
            if not any(ranks):
                return
            worst = max(ranks)
            del self.lines[len(ranks) - 1 - ranks[::-1].index(worst)]

    def note(self, code: str, sentence: Sentence) -> None:
        """A notice, said once."""
        if (code, sentence) not in self.notes:
            self.notes.append((code, sentence))

    def marker(self, clause: str, quote: str) -> Span:
        """The marker of a clause, its quote kept for the citation."""
        text = self.library.clause(clause).text
        self.quoted.setdefault(clause, []).extend(locate(quote, text))
        return spans.marker(list(self.quoted).index(clause) + 1)

    def words(self, clause: str, quote: str) -> Sentence:
        """The clause's own words of a quote, as spans."""
        found = self.library.clause(clause)
        parts = [(spans.quoted(found, *part),) for part in locate(quote, found.text)]
        return spans.joined(parts, "figures.answer.gap")

    def card(self, figure: Figure) -> None:
        """Show a figure; counts of enterprises are no sums and get no card."""
        if figure.unit:
            return
        terms = figure.rule.terms
        marker = self.marker(terms.clause, terms.quote)
        number = int(marker.text.strip("[]"))
        inputs = {name: f"{value.normalize():f}" for name, value in figure.inputs}
        card = FigureCard(
            rule=figure.rule.id,
            label=terms.label,
            yuan=f"{figure.amount.normalize():f}",
            bound=figure.bound,
            payee=terms.payee,
            inputs=inputs,
            steps=figure.steps,
            citations=(number,),
        )
        if card not in self.cards:
            self.cards.append(card)

    def sum_card(self, name: str, result: Sum, payee: str = "enterprise") -> None:
        """Show a total, a difference or a share of money as a figure of its own."""
        if result.unit:
            return
        self.cards.append(
            FigureCard(
                rule=name,
                label=say(f"figures.sums.{name}"),
                yuan=f"{result.amount.normalize():f}",
                bound=result.bound,
                payee=payee,
                inputs={},
                steps=result.steps,
                citations=tuple(range(1, len(self.quoted) + 1)),
            )
        )

    def citations(self) -> tuple[Citation, ...]:
        """What the lines cite, in the order of their markers."""
        return tuple(
            self._cite(number, clause, passages)
            for number, (clause, passages) in enumerate(self.quoted.items(), 1)
        )

    def _cite(
        self, number: int, clause: str, passages: list[tuple[int, int]]
    ) -> Citation:
        found = self.library.clause(clause)
        document = self.library.documents[found.document]
        status = document.status(self.as_of)
        return cite_passages(number, found, document, status, passages)

    def notices(self) -> tuple[Notice, ...]:
        """The notices as text."""
        return tuple(Notice(code, spans.plain([s])) for code, s in self.notes)


def finished(draft: Draft, behaviour: str, verdict: Verdict | None = None) -> Answer:
    """The answer of a draft; a sentence its source does not bear out is left out."""
    draft.fit()
    draft.lines, withheld = sound(draft.lines)
    if withheld:
        draft.note("withheld", write("figures.notices.withheld"))
    text = spans.page(draft.lines)
    return Answer(
        "clarify" if behaviour == "clarify" else "answer",
        text,
        draft.citations(),
        tuple(draft.cards),
        verdict,
        draft.notices(),
        lines=tuple(draft.lines),
    )
