"""What a rule says before it is computed: its words, payee, cap, and inverse."""

from collections.abc import Iterable
from itertools import combinations

from assistant import sources, spans
from assistant.amounts import Figure
from assistant.calculator import Missing
from assistant.combine import Dropped
from assistant.draft import Draft
from assistant.known import Known
from assistant.met import conditions_met
from assistant.question import Request
from assistant.reckon import Reckoning, at_cap, for_target, unit_sum
from assistant.rules import Rule, Rulebook
from assistant.slots import wished_sum
from assistant.sources import Said
from assistant.spans import Sentence, Span, write


def stated_line(draft: Draft, rule: Rule) -> Sentence:
    """A rule in the words of its clause."""
    clause, quote = rule.terms.clause, rule.terms.quote
    return write(
        "figures.answer.rule",
        label=spans.rule_label(rule),
        quote=draft.words(clause, quote),
        marker=draft.marker(clause, quote),
    )


def level(rule: Rule) -> Span:
    """Which level of government the rule is of."""
    return spans.fixed(f"replies.levels.{rule.document.level}")


def whose(draft: Draft, rule: Rule) -> Span:
    """The place whose text grants something."""
    place = "".join(rule.document.place)
    return spans.of_document(place, rule.document, draft.as_of)


def cited(draft: Draft, rule: Rule) -> Span:
    """The marker of a rule's own clause."""
    return draft.marker(rule.terms.clause, rule.terms.quote)


def no_double(draft: Draft, dropped: Dropped) -> None:
    """Which of two is the better one, and the words that forbid to have both."""
    clause = dropped.says.terms.clause
    draft.card(dropped.winner)  # of many figures not all have been shown
    draft.card(dropped.loser)
    values = {
        "winner_level": level(dropped.winner.rule),
        "loser_level": level(dropped.loser.rule),
        "winner": spans.rule_label(dropped.winner.rule),
        "loser": spans.rule_label(dropped.loser.rule),
        "winner_amount": spans.amount(dropped.winner),
        "loser_amount": spans.amount(dropped.loser),
    }
    quote = draft.words(clause, dropped.quote)
    marker = draft.marker(clause, dropped.quote)
    draft.add(
        write(
            "figures.answer.better",
            **values,
            quote=quote,
            marker=marker,
            winner_marker=cited(draft, dropped.winner.rule),
            loser_marker=cited(draft, dropped.loser.rule),
        )
    )
    draft.note("no_double", write("figures.notices.no_double", **values))


def met_line(draft: Draft, rule: Rule, known: Known) -> None:
    """The conditions that what was said fulfils, where any are."""
    if met := conditions_met(rule, known):
        conditions = spans.joined(met, "figures.answer.and")
        draft.add(write("figures.met.line", conditions=conditions), spare=2)


def not_you(draft: Draft, rule: Rule, known: Known) -> None:
    """Say that the money goes to somebody else than an enterprise, if it does."""
    payee = rule.terms.payee
    paid = rule.terms.amount.is_money
    if not paid or payee in ("enterprise", *known.is_payee):
        return
    label = spans.label("payees", payee)
    draft.note("not_you", write("figures.notices.not_you", payee=label))
    draft.add(write("figures.answer.payee", payee=label))


def either(draft: Draft, rules: Iterable[Rule], rulebook: Rulebook) -> bool:
    """That of two rules only one can be had, and the words that say so, if any do."""
    shown = False
    for one, other in combinations(rules, 2):
        says = rulebook.excluded(one, other)
        if says is None:
            continue
        rule, quote = says
        clause = rule.terms.clause
        values = {
            "winner_level": level(one),
            "winner": spans.rule_label(one),
            "loser_level": level(other),
            "loser": spans.rule_label(other),
        }
        if not shown:
            draft.add(write("figures.why_not.both"))
        words, marker = draft.words(clause, quote), draft.marker(clause, quote)
        draft.add(write("figures.answer.either", **values, quote=words, marker=marker))
        draft.note("no_double", write("figures.notices.no_double", **values))
        for each in (one, other):
            draft.add(stated_line(draft, each))
        shown = True
    return shown


def base_at_cap(draft: Draft, rule: Rule) -> bool:
    """The base from which the cap is reached; whether the rule has one."""
    found = at_cap(rule)
    if found is None:
        return False
    figure, base = found
    draft.card(figure)
    draft.sum_card("base_at_cap", base)
    draft.add(
        write(
            "figures.answer.base_at_cap",
            label=spans.rule_label(rule),
            base=spans.sum_text(base),
            cap=spans.amount(figure),
            steps=spans.step(base, 0),
            marker=draft.marker(rule.terms.clause, rule.terms.quote),
        )
    )
    return True


def targets(draft: Draft, request: Request, found: Reckoning, known: Known) -> bool:
    """What must be spent to get the sum that the asker names; whether any rule says."""
    wished = wished_sum(request.text)
    shown = False
    for finding in (*found.figures, *found.missing):
        rule = finding.rule
        base = for_target(rule, wished.yuan) if wished else None
        if base is None or wished is None:
            continue
        shown = True
        figure = Figure(rule, wished.yuan, "at_most", base.steps)
        draft.card(figure)
        draft.add(
            write(
                "figures.answer.target",
                label=spans.rule_label(rule),
                wished=Span(wished.text, Said(request.text)),
                base=spans.sum_text(base),
                steps=spans.step(base, 0),
                marker=draft.marker(rule.terms.clause, rule.terms.quote),
            )
        )
        quote = draft.words(rule.terms.clause, rule.terms.quote)
        draft.add(write("figures.answer.basis", quote=quote))
        not_you(draft, rule, known)
    return shown


def terms_lines(draft: Draft, missing: Iterable[Missing], known: Known) -> bool:
    """The rate and cap, or the sum a head, of each rule; whether any has them."""
    payees: dict[str, Rule] = {}
    for rule in (m.rule for m in missing):
        unit = unit_sum(rule)
        if unit is None:
            continue
        payees.setdefault(rule.terms.payee, rule)
        draft.card(unit)
        draft.add(stated_line(draft, rule))
        for line in rule.terms.open[:1]:
            said = write(
                "figures.answer.open", open=Span(line, sources.OfRule(rule, "open"))
            )
            draft.add(said, spare=3)
    for rule in payees.values():
        not_you(draft, rule, known)
    return bool(payees)
