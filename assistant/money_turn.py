"""One turn as the calculators see it: its topic, what is known by now, its answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from assistant.amounts import Figure
from assistant.answer import Answer
from assistant.assignment import Read
from assistant.known import Known, dated, deed_of, learn
from assistant.place_mentions import mentions
from assistant.question import Request, patterns, pointed
from assistant.rules import Rulebook
from assistant.said import read_had, read_levels
from assistant.session import Session
from assistant.topic import Topic, benefits_asked, follows_up, topic_of, with_before
from assistant.turn_numbers import numbers_of, one_of
from assistant.vocabulary import load_vocabulary
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
    earlier: tuple[tuple[Figure, ...], ...]  # sums of the turns before, latest first
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
    if follows and topic and patterns()["the_two"].search(text):
        topic = with_before(topic, session.before, places)
    read = numbers_of(request, topic, session, rulebook, as_of, follows=follows)
    levels = request.levels or read_levels(text, rulebook.vocabulary)
    nothing_new = not (read.mentions or levels)
    if follows and topic and nothing_new and not mentions(text):
        topic = _as_cited(topic, session)
    request = _wanting(request, read, topic, session, follows)
    known = _known(session, text, read, topic, places, as_of)
    earlier = session.figures[::-1]
    goes_on = bool(session.turns) and bool(patterns()["again"].search(text))
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
    known = one_of(known, read, topic)
    place = places[0] if len(places) == 1 else known.place
    known = replace(known, place=place, deed=deed_of(text, read, as_of))
    if read.mentions:
        known = _restated(known, session)
    if read.mentions and not known.levels and asked_last(session, "figures.ask.level"):
        known = replace(known, levels=frozenset({"specialised"}))  # never asked twice
    known = replace(known, doubts=read.doubts, had=known.had | _had(text, topic))
    return dated(known, session.known, len(session.turns) + 1)


def _restated(known: Known, session: Session) -> Known:
    """税后是多少？ 1000万: what was asked for is what was said."""
    asked = session.turns[-1].answer.questions if session.turns else ()
    facts = load_vocabulary().facts.items()
    held = {name: True for name, f in facts if f.restates and f.ask in asked}
    return replace(known, facts={**known.facts, **held})


def asked_last(session: Session, key: str) -> bool:
    """Whether the question at `key` was what was asked back last."""
    return bool(session.turns) and session.turns[-1].answer.questions == (say(key),)


def _had(text: str, topic: Topic | None) -> set[tuple[str, str]]:
    """Of the topic's benefits, those of levels that have paid already."""
    benefits = topic.benefits if topic else frozenset[str]()
    return {(benefit, level) for benefit in benefits for level in read_had(text)}


def shaped(request: Request, session: Session) -> Request:
    """那知识产权呢 after 归哪个厅 asks for the units, 郑州那个呢 for the same fact."""
    again = bool(patterns()["and_that"].search(request.text))
    facts = request.facts or (session.facts if again and pointed(request) else ())
    units = request.wants_units or (session.wants_units and again)
    return replace(request, wants_units=units, facts=facts)


def _as_cited(topic: Topic, session: Session) -> Topic:
    """The topic held to what was cited last: 打几折？ asks of that."""
    last = session.turns[-1].answer.citations if session.turns else ()
    cited = {citation.clause for citation in last}
    rules = tuple(r for r in topic.rules if cited & set(r.clauses))
    return replace(topic, rules=rules) if rules else topic


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


def ask_benefit() -> Answer:
    """The question back: which benefit."""
    question = say("figures.ask.benefit")
    return Answer("clarify", question, questions=(question,))
