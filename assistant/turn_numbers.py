"""The numbers of one turn, each for an input of the rules that it is about."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from assistant.assignment import Read
from assistant.known import Known
from assistant.question import Request, patterns
from assistant.rule_checks import BOUNDS
from assistant.rules import Rule, Rulebook
from assistant.session import Session
from assistant.slots import read_numbers
from assistant.topic import Topic
from assistant.vocabulary import Vocabulary, load_vocabulary


def numbers_of(
    request: Request,
    topic: Topic | None,
    session: Session,
    rulebook: Rulebook,
    as_of: date,
    *,
    follows: bool,
) -> Read:
    """The numbers of a question for what the rules of its topic need."""
    text, words = request.text, rulebook.vocabulary
    rules = topic.rules if topic else ()
    names = input_names(rules, rulebook)
    base = base_input(rules) if follows or len(rules) == 1 else ""
    before = [n for n in names if n in session.known.numbers]
    base = base or (before[0] if follows and before else "")
    read = read_numbers(text, names, words, as_of, base)
    read = _shared(read, names, session.known, text, words)
    read = _of_the_question(read, request, session)
    if follows and not read.mentions:
        read = _heads_as_before(read, rules, session.known)
    return read


def _kin(name: str) -> set[str]:
    """An input with those it comes of and those that come of it: 月租金, 年租金."""
    vocabulary = load_vocabulary()
    bases = vocabulary.bases
    own = set(bases(name))
    return own | {n for n in vocabulary.inputs if name in bases(n) or own & {*bases(n)}}


def _shared(
    read: Read, names: list[str], known: Known, text: str, vocabulary: Vocabulary
) -> Read:
    """技师和高级技师各10个: the one count holds for each that is named.

    两样各10个: for each that was said before.
    """
    counts = [m for m in read.mentions if vocabulary.inputs[m.name].kind == "count"]
    if len(counts) != 1 or not patterns()["each_of"].search(text):
        return read
    both = bool(patterns()["the_two"].search(text))
    copies = tuple(
        replace(counts[0], name=name)
        for name in names
        if vocabulary.inputs[name].unit == vocabulary.inputs[counts[0].name].unit
        and name != counts[0].name
        and vocabulary.inputs[name].kind == "count"
        and (vocabulary.inputs[name].words.search(text) or both)
    )
    return replace(read, mentions=(*read.mentions, *copies))


def _heads_as_before(read: Read, rules: Sequence[Rule], known: Known) -> Read:
    """高级工呢？: as many heads as were said of 中级工 before."""
    vocabulary = load_vocabulary()
    needed = [
        name
        for rule in rules
        for name in rule.terms.amount.inputs[:1]
        if vocabulary.inputs[name].kind == "count" and name not in known.numbers
    ]
    counts = [m for said in known.numbers.values() for m in said[-1:]]
    copies = [
        replace(count, name=name)
        for name in needed
        for count in counts
        if vocabulary.inputs[count.name].kind == "count"
        and vocabulary.inputs[count.name].unit == vocabulary.inputs[name].unit
    ]
    return replace(read, mentions=tuple(copies[:1]))


def _of_the_question(read: Read, request: Request, session: Session) -> Read:
    """Without the sums of earlier answers, 前头那个50万, and those of a story's others.

    The rent in the sentence that asks counts, not the cousin's before it.
    """
    answered = {f.amount for figures in session.figures for f in figures}
    start = request.text.rfind(request.asked)
    inputs = load_vocabulary().inputs
    single = {
        base
        for m in read.mentions
        if m.start >= start and not inputs[m.name].additive
        for base in _kin(m.name)
    }
    kept = [
        m
        for m in read.mentions
        if (m.start >= start or m.name not in single)
        and not (
            m.value in answered and patterns()["refers"].search(request.text[: m.start])
        )
    ]
    return replace(read, mentions=tuple(kept))


def one_of(known: Known, read: Read, topic: Topic | None) -> Known:
    """按季报，一季度46万: of two bounds of which one is enough, the one said last."""
    said = {m.name for m in read.mentions}
    numbers = dict(known.numbers)
    for rule in topic.rules if topic else ():
        names = {name for _, name, _ in rule.terms.conditions.bounds}
        if rule.terms.conditions.any_of and names & said:
            numbers = {n: m for n, m in numbers.items() if n not in names - said}
    return replace(known, numbers=numbers)


def input_names(rules: Iterable[Rule], rulebook: Rulebook) -> list[str]:
    """The inputs that the rules need, each with those it can be derived from."""
    names: dict[str, None] = {}
    for rule in rules:
        conditions = rule.terms.conditions
        bounds = [n for bound in BOUNDS for n in getattr(conditions, bound)]
        for name in (*rule.terms.amount.inputs, *bounds):
            names |= dict.fromkeys(rulebook.vocabulary.bases(name))
    return list(names)


def base_input(rules: Sequence[Rule]) -> str:
    """What a number without a word for it is taken for: the first rule's base."""
    return next((n for rule in rules for n in rule.terms.amount.inputs[:1]), "")
