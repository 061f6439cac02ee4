"""Comparisons as a table: a row for each sum, or for each text's own words."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from assistant import spans
from assistant.amounts import Figure
from assistant.draft import Draft
from assistant.passages import Passage
from assistant.spans import Sentence, write


def figures_table(draft: Draft, figures: Iterable[Figure]) -> None:
    """A row a sum: whose it is, how much, from which clause.

    Two sums of one rule are told apart by what they were computed from.
    """
    draft.add(write("figures.compare.head"))
    figures = tuple(figures)
    rules = Counter(figure.rule.id for figure in figures)
    for figure in figures:
        rule = figure.rule
        label = told_apart(figure) if rules[rule.id] > 1 else (spans.rule_label(rule),)
        place = "".join(rule.document.place[-1:])
        draft.add(
            write(
                f"figures.compare.{figure.bound}",
                place=spans.of_document(place, rule.document, draft.as_of),
                label=label,
                amount=spans.amount(figure),
                marker=draft.marker(rule.terms.clause, rule.terms.quote),
            )
        )


def told_apart(figure: Figure) -> Sentence:
    """The label of a figure's rule with what the figure was computed from."""
    said = [(spans.echo(name, value),) for name, value in figure.inputs]
    said = said or [(spans.step(figure, n),) for n in range(len(figure.steps))]
    given = spans.joined(said, "figures.answer.and")
    label = spans.rule_label(figure.rule)
    return write("figures.compare.for_input", label=label, inputs=given)


def passages_table(passages: Sequence[Passage], as_of: date) -> list[list[Sentence]]:
    """A row a text with the words of its clause; below, the status of each text."""
    table = [write("replies.compare.head")]
    status: list[Sentence] = []
    for marker, passage in enumerate(passages, 1):
        document, clause = passage.hit.document, passage.hit.clause
        title = spans.of_document(document.short, document, as_of)
        quote = [spans.quoted_sentence(clause, p) for p in passage.positions]
        number = spans.marker(marker)
        table.append(
            write("replies.compare.row", title=title, quote=quote, marker=number)
        )
        said = write(
            "figures.answer.status", title=title, status=spans.status(document, as_of)
        )
        if said not in status:
            status.append(said)
    return [table, status]
