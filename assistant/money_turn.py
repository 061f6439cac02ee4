"""One turn as the calculators see it: its topic, what is known by now, its answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from assistant.amounts import Figure
from assistant.answer import Answer
from assistant.assignment import Read
from assistant.known import Known, dated, deed_of, learn
from assistant.place_mentions import mentions
from assistant.question import Request, patterns
from assistant.rule_checks import BOUNDS
from assistant.rules import Rule, Rulebook
from assistant.said import read_had, read_levels
from assistant.session import Session
from assistant.slots import read_numbers
from assistant.topic import Topic, benefits_asked, follows_up, topic_of
from assistant.vocabulary import Vocabulary, load_vocabulary
from index.ranking import Hit, PlacePath
from prompts import say

MONEY = frozenset(
    {
        *("sum", "verdict", "total", "difference", "payers"),
        *("base_at_cap", "base_for", "all", "own", "terms"),
    }
)
CARRIED = frozenset({"sum", "own", "verdict", "all", "terms", "payers"})


@dataclass(frozen=True, slots=True)
class MoneyTurn:
    """A question with its topic, the profile so far, and the sums before it."""

    request: Request
    topic: Topic | None
    known: Known
    places: tuple[PlacePath, ...]
    as_of: date
    follows: bool
    goes_on: bool  # 港股呢: another benefit, asked as the one before
    earlier: tuple[Figure, ...]  # sums of the turns before, the latest first
    gave_numbers: bool  # for an input of the topic
    named_now: bool  # a benefit is called by name
    named_anew: bool  # … one that the turns before did not speak of
    tells: bool  # a number, level, fact, place or day, or a benefit by name


def read_turn(
    request: Request,
    hits: Sequence[Hit],
    places: tuple[PlacePath, ...],
    session: Session,
    rulebook: Rulebook,
    as_of: date,
) -> MoneyTurn:
    """What a question is about and what is known after it."""
    text, last = request.text, session.topic
    named = benefits_asked(request, rulebook)
    follows = last is not None and follows_up(request, named, last, rulebook)
    topic = topic_of(request, hits, rulebook, places, last)
    read = _numbers_of(request, topic, session, rulebook, as_of, follows=follows)
    levels = request.levels or read_levels(text, rulebook.vocabulary)
    nothing_new = not (read.mentions or levels)
    if follows and topic and nothing_new and not mentions(text):
        topic = _as_cited(topic, session)
    request = _wanting(request, read, topic, session, follows)
    known = _known(session, text, read, topic, places, as_of)
    earlier = tuple(f for turn in reversed(session.figures) for f in turn)
    goes_on = last is not None and bool(patterns()["again"].search(text))
    gave = bool(read.mentions)
    tells = bool(named) or gave or known.said_in != session.known.said_in
    return MoneyTurn(
        request=request,
        topic=topic,
        known=known,
        places=places,
        as_of=as_of,
        follows=follows,
        goes_on=goes_on,
        earlier=earlier,
        gave_numbers=gave,
        named_now=bool(named),
        named_anew=bool(named - (last.benefits if last else frozenset())),
        tells=tells,
    )


def _known(
    session: Session,
    text: str,
    read: Read,
    topic: Topic | None,
    places: tuple[PlacePath, ...],
    as_of: date,
) -> Known:
    """What is known of the asker after a turn."""
    known = learn(session.known, text, read, load_vocabulary())
    known = _one_of(known, read, topic)
    place = places[0] if len(places) == 1 else known.place
    known = replace(known, place=place, deed=deed_of(text, read, as_of))
    known = replace(known, doubts=read.doubts, had=known.had | _had(text, topic))
    return dated(known, session.known, len(session.turns) + 1)


def _one_of(known: Known, read: Read, topic: Topic | None) -> Known:
    """按季报，一季度46万: of two bounds of which one is enough, the one said last."""
    said = {m.name for m in read.mentions}
    numbers = dict(known.numbers)
    for rule in topic.rules if topic else ():
        names = {name for _, name, _ in rule.terms.conditions.bounds}
        if rule.terms.conditions.any_of and names & said:
            numbers = {n: m for n, m in numbers.items() if n not in names - said}
    return replace(known, numbers=numbers)


def _had(text: str, topic: Topic | None) -> set[tuple[str, str]]:
    """Of the topic's benefits, those of levels that have paid already."""
    benefits = topic.benefits if topic else frozenset[str]()
    return {(benefit, level) for benefit in benefits for level in read_had(text)}


def _numbers_of(
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
    if follows and not read.mentions:
        read = _heads_as_before(read, rules, session.known)
    return read


def shaped(request: Request, session: Session) -> Request:
    """那知识产权呢 after 归哪个厅 asks for the units once more."""
    same = session.wants_units and bool(patterns()["and_that"].search(request.text))
    return replace(request, wants_units=request.wants_units or same)


def _as_cited(topic: Topic, session: Session) -> Topic:
    """The topic held to what was cited last: 打几折？ asks of that."""
    last = session.turns[-1].answer.citations if session.turns else ()
    cited = {citation.clause for citation in last}
    rules = tuple(r for r in topic.rules if cited & set(r.clauses))
    return replace(topic, rules=rules) if rules else topic


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
        and (
            vocabulary.inputs[name].words.search(text)
            or (both and name in known.numbers)
        )
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


def _wanting(
    request: Request, read: Read, topic: Topic | None, session: Session, follows: bool
) -> Request:
    """What is wanted, with what the turns before and the numbers given tell of it.

    An answer to our question wants what the question before it wanted; a number
    given for a rule wants to know what the rule makes of it.
    """
    wants = request.wants
    asked_back = bool(session.turns) and session.turns[-1].answer.behaviour == "clarify"
    again = follows or bool(patterns()["again"].search(request.text))
    if asked_back or (again and not wants & MONEY):
        wants |= session.wants & (
            CARRIED | {"total", "difference"} if asked_back else CARRIED
        )
    rules = topic.rules if topic else ()
    bases = {name for rule in rules for name in rule.terms.amount.inputs}
    named = topic is not None and topic.named
    if (read.mentions and bases) or (read.claims and named):
        wants |= {"sum"}
    return replace(request, wants=wants)


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


def ask_benefit() -> Answer:
    """The question back: which benefit."""
    question = say("figures.ask.benefit")
    return Answer("clarify", question, questions=(question,))
