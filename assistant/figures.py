"""From a topic and what is known to an answer with figures, if the rules give one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from assistant import spans
from assistant.amounts import Figure
from assistant.answer import Answer, Verdict
from assistant.cases import cases_of
from assistant.compose import notices, unit_positions, units_line
from assistant.draft import Draft
from assistant.figure_reply import reply, stated
from assistant.known import Known
from assistant.money_turn import MONEY, MoneyTurn
from assistant.place_mentions import mentions
from assistant.question import patterns
from assistant.reckon import Reckoning, beside, reckon
from assistant.rules import Rule, Rulebook
from assistant.spans import Sentence
from assistant.topic import Topic, at_levels
from assistant.verdicts import verdict_of
from index.library import Library
from index.ranking import PlacePath
from index.scope import applies
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
    if not topic.rules and topic.named and (answer := silent_here(turn, rulebook)):
        return Outcome(answer)
    words_only = not any(rule.computes for rule in topic.rules)
    if turn.follows and words_only and not turn.gave_numbers:
        return Outcome()  # the texts answer better
    apart = bool(patterns()["each_of"].search(request.asked))
    every = "payers" in request.wants or apart
    rules = at_levels(topic.rules, () if every else request.levels)
    if not rules:
        return Outcome(_silent(turn, topic, rulebook) if topic.named else None)
    cases = cases_of(request, turn.known, turn.places)
    found = _reckoned(turn, topic, rules, cases, rulebook)
    several = len(cases) > 1 or "all" in request.wants
    draft = Draft(library, turn.as_of, room=LONG if several else SHORT)
    answer = reply(request, found, turn.known, rulebook, draft)
    if answer is None and turn.follows:
        answer = stated(request, found, turn.known, rulebook, draft)
    if answer:
        if request.wants_units:
            answer = _with_units(answer, draft)
        return Outcome(with_status(answer, draft), found.sums, answer.verdict)
    return Outcome(None, (), verdict_of(request, found, turn.known))


def _reckoned(
    turn: MoneyTurn,
    topic: Topic,
    rules: Sequence[Rule],
    cases: Sequence[Known],
    rulebook: Rulebook,
) -> Reckoning:
    """What the rules come to, with what is set beside them or rules them out."""
    request = turn.request
    found = reckon(rules, cases, turn.as_of, rulebook)
    if kin := _kin(rules, found, rulebook):  # 不服务同行: the usual rate
        other = reckon(kin, cases, turn.as_of, rulebook)
        found = other if other.figures else found
    compared = "difference" in request.wants
    if compared and len(found.sums) == 1:
        rivals = _rivals(found.sums[0].rule, rulebook)
        found = reckon([*rules, *rivals], cases, turn.as_of, rulebook)
    together = bool(patterns()["together"].search(request.asked))
    if len(found.sums) < 2 and (compared or together):
        here = [
            [f for f in figures if compared or _here(f.rule, turn.places)]
            for figures in turn.earlier
        ]
        found = beside(found, here, rulebook, together=together)
    others = [r for r in topic.rules if r not in rules]
    beyond = reckon(others, cases, turn.as_of, rulebook).sums if others else ()
    pairs = product(found.sums, beyond)
    barred = any(rulebook.excluded(one.rule, other.rule) for one, other in pairs)
    return replace(found, beyond=beyond, barred=barred)


def _here(rule: Rule, places: Sequence[PlacePath]) -> bool:
    return not places or applies(rule.document, places)


def _kin(rules: Sequence[Rule], found: Reckoning, rulebook: Rulebook) -> list[Rule]:
    """The other rules of a benefit in a text, where a fact rules out all asked of."""
    facts = rulebook.vocabulary.facts
    if not found.not_met or found.figures or found.missing or found.granted:
        return []
    if any(n.condition not in facts for n in found.not_met):
        return []
    same = {(r.terms.benefit, r.document.id) for r in rules}
    return [
        r
        for r in rulebook.rules.values()
        if (r.terms.benefit, r.document.id) in same and r not in rules
    ]


def _rivals(rule: Rule, rulebook: Rulebook) -> list[Rule]:
    """Rules of the same text of which only this one or they can be had."""
    return [
        other
        for other in rulebook.rules.values()
        if other.document.id == rule.document.id and rulebook.excluded(rule, other)
    ]


def _silent(turn: MoneyTurn, topic: Topic, rulebook: Rulebook) -> Answer | None:
    """That the texts of the levels asked about say nothing of a benefit."""
    if not topic.rules:
        return None
    benefits = rulebook.vocabulary.benefits
    levels = turn.request.levels
    text = say(
        "figures.answer.silent",
        level="、".join(say(f"replies.levels.{level}") for level in levels),
        label="、".join(benefits[b].label for b in sorted(topic.benefits)),
    )
    return Answer("refuse", text, reason="silent")


def silent_here(turn: MoneyTurn, rulebook: Rulebook) -> Answer | None:
    """That a place's texts say nothing of what was asked of another: 武汉的呢."""
    if not (turn.topic and turn.follows and turn.places):
        return None
    if not mentions(turn.request.text):
        return None
    return nothing_here(turn.topic, turn.places, rulebook)


def nothing_here(
    topic: Topic, places: Sequence[PlacePath], rulebook: Rulebook
) -> Answer:
    """The refusal for a benefit that no text of a place grants."""
    benefits = rulebook.vocabulary.benefits
    text = say(
        "figures.answer.silent_here",
        place="、".join("".join(place) for place in places),
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
