"""An answer with figures: the sum first, then how, on what terms, from which clause."""

from collections.abc import Sequence
from decimal import Decimal

from assistant import sources, spans
from assistant.amounts import Figure
from assistant.combine import Dropped, Sum, open_pairs
from assistant.comparison import figures_table, told_apart
from assistant.draft import Draft
from assistant.known import Known
from assistant.money import yuan_text
from assistant.question import Request
from assistant.reckon import Reckoning
from assistant.rule_lines import (
    base_at_cap,
    cited,
    level,
    met_line,
    no_double,
    not_you,
    stated_line,
    whose,
)
from assistant.rules import Rulebook
from assistant.spans import Span, write
from assistant.vocabulary import Vocabulary

SHOWN = 6  # figures explained in full
FIRST = 3  # lines within which the first quote stands


def figures(
    draft: Draft,
    request: Request,
    found: Reckoning,
    known: Known,
    rulebook: Rulebook,
) -> None:
    """Lead, working, terms and quote of each figure, then what they come to."""
    shown = sorted(found.figures, key=lambda f: f not in found.choice.kept)[:SHOWN]
    pair = found.compared() if "difference" in request.wants else None
    if pair:
        for figure in pair:
            cited(draft, figure.rule)
        _difference(draft, found)
        figures_table(draft, [f for f in shown if f in pair])
    for figure in shown:
        figure_lines(draft, figure, known, rulebook.vocabulary)
        draft.card(figure)
        _asked_besides(draft, request, figure, known)
    for dropped in found.choice.dropped:
        no_double(draft, dropped)
    for figure in found.choice.kept:
        for other in found.beyond:
            if says := rulebook.excluded(figure.rule, other.rule):
                winner, loser = sorted((figure, other), key=lambda f: -f.amount)
                no_double(draft, Dropped(loser, winner, *says))
                draft.card(other)
    _profile(draft, shown, known)
    if "total" in request.wants or known.several_firms or _of_one_benefit(found):
        _total(draft, found, rulebook)


def _asked_besides(
    draft: Draft, request: Request, figure: Figure, known: Known
) -> None:
    """What else was asked of a figure: why it is due, where it ends, who pays."""
    if "verdict" in request.wants:
        met_line(draft, figure.rule, known)
    if "base_at_cap" in request.wants:
        base_at_cap(draft, figure.rule)
    if "payers" in request.wants:
        _payers(draft, figure)


def figure_lines(
    draft: Draft, figure: Figure, known: Known, vocabulary: Vocabulary
) -> None:
    """What one figure is, how it was reached and on what it rests."""
    rule = figure.rule
    clause, quote = rule.terms.clause, rule.terms.quote
    draft.add(
        write(
            f"figures.answer.{figure.bound}",
            level=level(rule) if known.place else whose(draft, rule),
            label=spans.rule_label(rule),
            amount=spans.amount(figure),
            marker=draft.marker(clause, quote),
        )
    )
    steps = [(spans.step(figure, n),) for n in range(len(figure.steps))]
    if figure.unspecified:
        draft.note("ratio_unspecified", write("figures.notices.ratio_unspecified"))
        draft.add(write("figures.answer.only_cap"))
    elif len(steps) > 1 or figure.inputs:
        draft.add(
            write(
                "figures.answer.steps",
                steps=spans.joined(steps, "figures.answer.then"),
            )
        )
    basis = write("figures.answer.basis", quote=draft.words(clause, quote))
    if basis not in draft.lines:
        draft.add(basis, spare=0 if len(draft.lines) < FIRST else 2)
    if rule.source and not figure.inputs:
        draft.add(stated_line(draft, rule.source))
    _terms(draft, figure, known, vocabulary)


def _is_about(name: str, known: Known, vocabulary: Vocabulary) -> bool:
    """Whether an input was said as 两百来万, itself or what it is derived from."""
    said = (known.numbers.get(base, ()) for base in vocabulary.bases(name))
    return any(mention.about for mentions in said for mention in mentions)


def _terms(draft: Draft, figure: Figure, known: Known, vocabulary: Vocabulary) -> None:
    """Who is paid, what was assumed, what the text leaves open."""
    rule = figure.rule
    not_you(draft, rule, known)
    about = [n for n, _ in figure.inputs if _is_about(n, known, vocabulary)]
    if about:
        said = [(spans.echo(n, v),) for n, v in figure.inputs if n in about]
        inputs = spans.joined(said, "figures.answer.and")
        draft.add(write("figures.answer.about", inputs=inputs))
    unsaid = [n for n in rule.terms.conditions.assumed if n not in known.facts]
    labels = [(spans.label("facts", n),) for n in unsaid]
    if labels:
        conditions = spans.joined(labels, "figures.answer.and")
        draft.add(write("figures.answer.assumed", conditions=conditions))
    for line in rule.terms.open[:2]:
        said = write(
            "figures.answer.open", open=Span(line, sources.OfRule(rule, "open"))
        )
        draft.add(said, spare=3)


def _profile(draft: Draft, shown: Sequence[Figure], known: Known) -> None:
    """The place and level that the figures were computed for: to be put right."""
    here = known.place
    places = {f.rule.document.place for f in shown}
    if here is None and len(places) == 1:
        only = whose(draft, shown[0].rule)
        draft.add(write("figures.answer.only_there", place=only))
    if here is None or any(here[: len(place)] != place for place in places):
        return  # two places side by side: each figure names its own
    parts = [write("figures.answer.in_place", place=spans.place(here))]
    if any(f.rule.terms.conditions.level for f in shown):
        parts += [(spans.label("levels", name),) for name in sorted(known.levels)]
    profile = spans.joined(parts, "figures.not_met.or")
    draft.add(write("figures.answer.profile", profile=profile), spare=1)


def _of_one_benefit(found: Reckoning) -> bool:
    """Whether the sums are parts of one benefit: 中级工 and 高级工, two stages."""
    kept = found.choice.kept
    return len(kept) > 1 and all(
        f.rule.terms.benefit == kept[0].rule.terms.benefit
        and f.rule.document.id == kept[0].rule.document.id
        and bool(f.inputs or f.rule.terms.adds_to)
        and not (getattr(f.rule.terms.amount, "places", None) and not f.inputs)
        for f in kept
    )


def _total(draft: Draft, found: Reckoning, rulebook: Rulebook) -> None:
    result = found.total()
    if result is None:
        return
    _sum(draft, "total", result)
    if open_pairs(found.choice.kept, rulebook):
        draft.add(write("figures.answer.not_said"))


def _difference(draft: Draft, found: Reckoning) -> None:
    result = found.difference()
    if result is None:
        return
    pair = found.compared()
    assert pair is not None
    larger, smaller = pair
    if larger.amount == smaller.amount:
        draft.add(write("figures.answer.equal"))
        return
    place = larger.rule.document.place[-1:]
    draft.add(
        write(
            "figures.answer.larger",
            place=spans.of_document("".join(place), larger.rule.document, draft.as_of),
            label=told_apart(larger)
            if larger.rule == smaller.rule
            else spans.rule_label(larger.rule),
        )
    )
    _sum(draft, "difference", result)


def _sum(draft: Draft, name: str, result: Sum) -> None:
    steps = [(spans.step(result, n),) for n in range(len(result.steps))]
    draft.add(
        write(
            f"figures.answer.{name}.{result.bound}",
            amount=spans.sum_text(result),
            steps=spans.joined(steps, "figures.answer.then"),
        )
    )
    draft.sum_card(name, result)


def _payers(draft: Draft, figure: Figure) -> None:
    """What each payer pays, where the clause divides the sum."""
    parts = sum(figure.rule.terms.payers.values(), Decimal(0))
    for payer, amount in figure.shares():
        share = figure.rule.terms.payers[payer]  # pyright: ignore
        ratio = f"{share.normalize():f}/{parts.normalize():f}"
        step = f"{figure.text()} × {ratio} = {yuan_text(amount)}"
        result = Sum(amount, figure.bound, (step,))
        label = spans.fixed(f"figures.payers.{payer}")
        draft.add(
            write("figures.answer.payer", payer=label, amount=spans.sum_text(result))
        )
        draft.sum_card("share", result, figure.rule.terms.payee)
