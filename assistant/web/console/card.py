"""The card of an answer: what to read aloud, to ask, to calculate; unit and status."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from markupsafe import Markup

from assistant.answer import Answer
from assistant.calculator import Missing, NotMet, Profile, assess
from assistant.facts import chinese_date, status_sentence
from assistant.inputs import InputError, amount_text
from assistant.known import Known, profile_for
from assistant.read_aloud import ended, read_aloud, spoken
from assistant.rules import Rule, Rulebook
from assistant.session import Session
from assistant.vocabulary import Vocabulary
from assistant.web.article import Said, understood
from assistant.web.desk import Desk
from assistant.web.finding_view import FindingView
from assistant.web.profile_form import Field, filled, rule_fields
from assistant.web.render import to_html
from index.documents import Status
from index.read import Clause
from prompts import say, words

MOST_RULES, MOST_ASKED = 3, 3


@dataclass(frozen=True, slots=True)
class Calculator:
    """A rule's form with what the caller has said."""

    rule: Rule
    fields: Sequence[Field]


@dataclass(frozen=True, slots=True)
class Card:
    """All that an agent needs while the caller waits."""

    question: str
    script: str
    ask_next: tuple[str, ...]
    units: tuple[str, ...]
    statuses: tuple[tuple[str, Status], ...]  # of each text: its sentence, its status
    calculators: Sequence[Calculator]
    said: Sequence[Said]
    turn: str = ""
    answer: Answer | None = None
    html: Markup | None = None


def answer_card(
    desk: Desk, session: Session, question: str, answer: Answer, turn: str
) -> Card:
    """The card of an answer that was given in a call."""
    library, rulebook = desk.assistant.index.library, desk.assistant.rulebook
    clauses = [library.clause(c.clause) for c in answer.citations]
    rules = _rules_of(answer, rulebook)
    markers = [c.marker for c in answer.citations]
    asked = answer.questions or tuple(
        _to_ask(rules, session.known, rulebook, desk.today)
    )
    return Card(
        question,
        read_aloud(answer, desk.today),
        asked[:MOST_ASKED],
        units_of(clauses),
        _statuses(desk, clauses),
        [_calculator(rule, session.known, rulebook.vocabulary) for rule in rules],
        [one for one in understood(answer, rulebook.vocabulary) if one.text],
        turn,
        answer,
        to_html(answer.text, markers),
    )


def clause_card(desk: Desk, clause: Clause, known: Known) -> Card:
    """The card of a clause that was looked up."""
    rulebook = desk.assistant.rulebook
    document = desk.assistant.index.library.documents[clause.document]
    label = clause.label.rstrip("\u3001.\uff0e")
    script = say(
        "console.script.clause",
        title=document.title,
        label=label,
        text=ended(clause.text),
        validity=status_sentence(document, desk.today),
    )
    rules = [r for r in rulebook.rules.values() if r.terms.clause == clause.id]
    own = [_calculator(r, known, rulebook.vocabulary) for r in rules]
    statuses = _statuses(desk, [clause])
    title = f"{document.short} {label}"
    return Card(title, script, (), units_of([clause]), statuses, own, ())


def rule_card(desk: Desk, rule: Rule, known: Known) -> Card:
    """The card of a rule that was looked up: its calculator, and its clause to read."""
    rulebook = desk.assistant.rulebook
    clause = desk.assistant.index.library.clause(rule.terms.clause)
    script = say(
        "console.script.clause",
        title=rule.document.title,
        label=clause.label.rstrip("\u3001.\uff0e"),
        text=ended(rule.terms.quote),
        validity=status_sentence(rule.document, desk.today),
    )
    asked = tuple(_to_ask([rule], known, rulebook, desk.today))
    own = [_calculator(rule, known, rulebook.vocabulary)]
    statuses = _statuses(desk, [clause])
    units = units_of([clause])
    return Card(rule.terms.label, script, asked[:MOST_ASKED], units, statuses, own, ())


def finding_aloud(found: FindingView, as_of: date) -> str:
    """What a calculator gives, as it is read to a caller."""
    steps = found.card.steps if found.card else ()
    said = [found.headline, *map(spoken, steps), *(text for _, text in found.notices)]
    said += [*found.lines, found.validity]
    said.append(say("console.script.day", as_of=chinese_date(as_of)))
    return "\n".join(ended(line) for line in said)


def units_of(clauses: Sequence[Clause]) -> tuple[str, ...]:
    """Who is responsible for clauses, each unit once, as the text has it."""
    return tuple(dict.fromkeys(unit for clause in clauses for unit in clause.units))


def _rules_of(answer: Answer, rulebook: Rulebook) -> list[Rule]:
    """The rules of an answer's figures, else those of the clauses that it cites."""
    figured = {card.rule: rulebook.rules[card.rule] for card in answer.figures}
    cited = {citation.clause for citation in answer.citations}
    of_clauses = {i: r for i, r in rulebook.rules.items() if r.terms.clause in cited}
    return list((figured | of_clauses).values())[:MOST_RULES]


def _to_ask(
    rules: Sequence[Rule], known: Known, rulebook: Rulebook, as_of: date
) -> Iterator[str]:
    """What is missing for the rules, in the words to ask it."""
    vocabulary = rulebook.vocabulary
    asked: dict[str, None] = {}
    for rule in rules:
        profile, _ = profile_for(rule, known)
        for name in _missing(rule, profile, as_of):
            if name in vocabulary.inputs:
                asked[vocabulary.inputs[name].ask] = None
            elif name in vocabulary.facts:
                asked[vocabulary.facts[name].ask] = None
            elif name in ("place", "level"):
                asked[say(f"figures.ask.{name}")] = None
    yield from asked


def _missing(rule: Rule, profile: Profile, as_of: date) -> tuple[str, ...]:
    """What is missing for a figure, or was only assumed for it."""
    try:
        finding = assess(rule, profile, as_of)
    except InputError:  # what was said cannot be; the answer itself says so
        return ()
    if isinstance(finding, NotMet):
        return ()
    assumed = [n for n in rule.terms.conditions.assumed if n not in profile.facts]
    return finding.names if isinstance(finding, Missing) else tuple(assumed)


def _calculator(rule: Rule, known: Known, vocabulary: Vocabulary) -> Calculator:
    profile, _ = profile_for(rule, known)
    said: dict[bool, str] = words("console.truths")
    typed = {name: said[held] for name, held in profile.facts.items()}
    typed |= {n: amount_text(n, Decimal(g.value)) for n, g in profile.inputs.items()}
    typed["place"] = "".join(known.place or rule.document.place)
    if len(profile.levels) == 1:
        (typed["level"],) = profile.levels
    return Calculator(rule, filled(rule_fields(rule, vocabulary), typed, vocabulary))


def _statuses(desk: Desk, clauses: Sequence[Clause]) -> tuple[tuple[str, Status], ...]:
    library, today = desk.assistant.index.library, desk.today
    texts = [
        library.documents[id_] for id_ in dict.fromkeys(c.document for c in clauses)
    ]
    return tuple(
        (f"《{d.short}》{status_sentence(d, today)}", d.status(today)) for d in texts
    )
