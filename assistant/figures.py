"""From a topic and what is known to an answer with figures, if the rules give one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from assistant import spans
from assistant.amounts import Figure
from assistant.answer import Answer, Notice, Verdict
from assistant.cases import cases_of
from assistant.compose import notices, unit_positions, units_line
from assistant.draft import Draft
from assistant.facts import chinese_date
from assistant.figure_reply import reply, stated
from assistant.known import Known, values_of
from assistant.money_turn import MONEY, MoneyTurn
from assistant.question import Request, patterns
from assistant.reckon import beside, reckon
from assistant.rules import Rule, Rulebook
from assistant.shapes import Promise
from assistant.spans import Sentence
from assistant.topic import Topic, at_levels
from assistant.verdicts import verdict_of
from index.library import Library
from index.ranking import PlacePath
from prompts import say

# Characters of an answer: several benefits or cases need more.
UNITS = 2  # clauses whose responsible units are named
SHORT, LONG = 600, 1650


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rules make of a question.

    No answer where the clauses' own words answer better; then the verdict of the
    rules, if one was asked for, goes with those.
    """

    answer: Answer | None = None
    sums: tuple[Figure, ...] = ()
    verdict: Verdict | None = None


def figure_answer(turn: MoneyTurn, library: Library, rulebook: Rulebook) -> Outcome:
    """What the rules answer to a question about money, if they answer it."""
    request, topic = turn.request, turn.topic
    if topic is None or not (request.wants & MONEY or turn.follows):
        return Outcome()
    words_only = not any(rule.computes for rule in topic.rules)
    if turn.follows and words_only and not turn.gave_numbers:
        return Outcome()  # the texts answer better
    apart = bool(patterns()["each_of"].search(request.asked))
    every = "payers" in request.wants or apart
    rules = at_levels(topic.rules, () if every else request.levels)
    if not rules:
        return Outcome(_silent(request, topic, rulebook) if topic.named else None)
    cases = cases_of(request, turn.known, turn.places)
    found = reckon(rules, cases, turn.as_of, rulebook)
    if "difference" in request.wants and len(found.sums) == 1:
        rivals = _rivals(found.sums[0].rule, rulebook)
        found = reckon([*rules, *rivals], cases, turn.as_of, rulebook)
    together = bool(patterns()["together"].search(request.asked))
    if len(found.sums) < 2 and ("difference" in request.wants or together):
        found = beside(found, turn.earlier, rulebook, together=together)
    several = len(cases) > 1 or "all" in request.wants
    draft = Draft(library, turn.as_of, room=LONG if several else SHORT)
    others = [r for r in topic.rules if r not in rules]
    beyond = reckon(others, cases, turn.as_of, rulebook).sums if others else ()
    found = replace(found, beyond=beyond)
    answer = reply(request, found, turn.known, rulebook, draft)
    if answer is None and turn.follows:
        answer = stated(request, found, turn.known, rulebook, draft)
    if answer:
        if request.wants_units:
            answer = _with_units(answer, draft)
        return Outcome(with_status(answer, draft), found.sums, answer.verdict)
    return Outcome(None, (), verdict_of(request, found, turn.known))


def _rivals(rule: Rule, rulebook: Rulebook) -> list[Rule]:
    """Rules of the same text of which only this one or they can be had."""
    return [
        other
        for other in rulebook.rules.values()
        if other.document.id == rule.document.id and rulebook.excluded(rule, other)
    ]


def _silent(request: Request, topic: Topic, rulebook: Rulebook) -> Answer | None:
    """That the texts of the levels asked about say nothing of a benefit."""
    if not topic.rules:
        return None
    benefits = rulebook.vocabulary.benefits
    text = say(
        "figures.answer.silent",
        level="、".join(say(f"replies.levels.{level}") for level in request.levels),
        label="、".join(benefits[b].label for b in sorted(topic.benefits)),
    )
    return Answer("refuse", text, reason="silent")


def _with_units(answer: Answer, draft: Draft) -> Answer:
    """The answer with the units that are responsible for the clauses it cites."""
    lines: list[Sentence] = []
    for number, clause in enumerate(list(draft.quoted)[:UNITS], 1):
        found = draft.library.clause(clause)
        for position in unit_positions(found):
            draft.marker(clause, found.sentences[position].text)
        document = draft.library.documents[found.document]
        lines.append(units_line(found, document, number, draft.as_of))
    shown = (*answer.lines, *lines)
    text = spans.page(shown)
    return replace(answer, text=text, citations=draft.citations(), lines=shown)


def with_status(answer: Answer, draft: Draft) -> Answer:
    """The answer with the status of each text that it cites, said once."""
    documents = [
        draft.library.documents[clause.partition("#")[0]] for clause in draft.quoted
    ]
    roots = {d.parent or d.id: d for d in documents}
    lines = tuple(
        spans.write(
            "figures.answer.status",
            title=spans.of_document(d.short, d, draft.as_of),
            status=spans.status(d, draft.as_of),
        )
        for d in roots.values()
    )
    shown = (*answer.lines, *lines)
    question = "".join(f"\n\n{q}" for q in answer.questions)
    by_code = {(n.code, n.text): n for n in answer.notices}
    for notice in notices(roots.values(), draft.as_of):
        by_code.setdefault((notice.code, notice.text), notice)
    return replace(
        answer,
        text=(spans.page(shown) + question).strip(),
        notices=tuple(by_code.values()),
        lines=shown,
    )


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
