"""What must be said of the measures that an answer cites: over, paid to others."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from assistant.answer import Answer, Notice
from assistant.facts import chinese_date
from assistant.known import Known, values_of
from assistant.money_turn import MoneyTurn
from assistant.rules import Rule, Rulebook
from assistant.shapes import Promise
from index.ranking import PlacePath
from prompts import say


def with_measures(answer: Answer, turn: MoneyTurn, rulebook: Rulebook) -> Answer:
    """An extractive answer with what must be said of the measures that it cites."""
    if turn.topic is None or not answer.citations:
        return answer
    if not turn.topic.named:
        first = replace(answer, citations=answer.citations[:1])
        notices = with_notices(
            first, turn.topic.rules, turn.known, rulebook, turn.as_of
        ).notices
        return replace(answer, notices=notices)
    rules = turn.topic.rules
    return with_notices(answer, rules, turn.known, rulebook, turn.as_of)


def with_notices(
    answer: Answer,
    rules: Iterable[Rule],
    known: Known,
    rulebook: Rulebook,
    as_of: date,
) -> Answer:
    """The answer with what must be said of the rules of the clauses it cites."""
    cited = [c.clause for c in answer.citations]
    found = measure_notices(rules, cited, known, rulebook, as_of)
    said = {(n.code, n.text) for n in answer.notices}
    new = tuple(n for n in found if (n.code, n.text) not in said)
    return replace(answer, notices=(*answer.notices, *new))


def measure_notices(
    rules: Iterable[Rule],
    cited: Iterable[str],
    known: Known,
    rulebook: Rulebook,
    as_of: date,
) -> tuple[Notice, ...]:
    """What must be said of the measures in an extractive answer: over, not to you."""
    clauses = set(cited)
    found: dict[tuple[str, str], Notice] = {}
    for rule in rules:
        if not clauses & set(rule.clauses):
            continue
        for notice in _notices_of(rule, known, rulebook, as_of):
            found.setdefault((notice.code, notice.text), notice)
    return tuple(found.values())


def _notices_of(
    rule: Rule, known: Known, rulebook: Rulebook, as_of: date
) -> Iterable[Notice]:
    last, payee = rule.last_day(), rule.terms.payee
    if last and as_of > last and last != rule.document.valid_until:
        text = say(
            "figures.notices.expired",
            label=rule.terms.label,
            until=chinese_date(last),
            as_of=chinese_date(as_of),
        )
        yield Notice("expired", text)
    paid = rule.terms.amount.is_money
    if paid and payee not in ("enterprise", *known.is_payee):
        label = rulebook.vocabulary.payees[payee].label
        yield Notice("not_you", say("figures.notices.not_you", payee=label))
    if isinstance(rule.terms.amount, Promise):
        yield Notice("ratio_unspecified", say("figures.notices.ratio_unspecified"))


def with_profile(answer: Answer, known: Known, places: Sequence[PlacePath]) -> Answer:
    """The answer with the profile that it was given for."""
    levels = sorted(known.levels)
    inputs = {
        name: f"{sum(values, Decimal(0)).normalize():f}"
        for name, mentions in known.numbers.items()
        if (values := values_of(name, mentions))
    }
    return replace(
        answer,
        place="".join(places[0]) if places else None,
        level=levels[0] if levels else None,
        inputs=inputs,
    )
