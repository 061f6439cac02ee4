"""Questions about the texts themselves: a clause, what was cited, dates, numbers."""

from collections.abc import Sequence
from datetime import date

from assistant.about_last import (
    about_last,
    asks_about_last,
    deadline_of_last,
    whole_clause,
)
from assistant.answer import Answer
from assistant.asked_places import places_of
from assistant.clause_named import asks_for_clause, clauses_named
from assistant.declining import ask_document, refuse
from assistant.document_answers import answer_facts
from assistant.facts import Named, named_documents
from assistant.measures import with_notices
from assistant.money_turn import MoneyTurn, ask_benefit
from assistant.question import Request, patterns, pointed
from assistant.rules import Rulebook
from assistant.session import Session
from assistant.stance import continues
from assistant.topic import SHORT, Topic, benefits_named
from index.library import Library
from index.ranking import PlacePath
from index.scope import applies
from index.search import ClauseIndex


def of_clause(
    request: Request,
    session: Session,
    index: ClauseIndex,
    rulebook: Rulebook,
    as_of: date,
) -> Answer | None:
    """The words of a clause that is called by its number; the talk goes on with it."""
    if not asks_for_clause(request) or benefits_named(request.text, rulebook):
        return None
    library = index.library
    places = places_of(request, session)
    texts = meant(request, library, places, session.documents)
    documents, ids = clauses_named(request, library, texts.documents)
    if not documents:
        return ask_document(library.whole_texts())
    if not ids:
        titles = "、".join(f"《{d.short}》" for d in documents)
        return refuse("no_clause", library.whole_texts(), titles=titles)
    clause = library.clause(ids[0])
    rules = rulebook.of_clause(clause.id)
    if rules:
        benefits = frozenset(rule.terms.benefit for rule in rules)
        session.topic = Topic(benefits, rules, named=False)
    answer = whole_clause(clause, library.documents[clause.document], as_of)
    return with_notices(answer, rules, session.known, rulebook, as_of)


def of_last(
    request: Request,
    session: Session,
    index: ClauseIndex,
    rulebook: Rulebook,
    as_of: date,
) -> Answer | None:
    """Who is responsible for what was just answered, and its words."""
    named = benefits_named(request.text, rulebook) or request.speaks_of_a_text
    long = len(request.text) > SHORT
    if named or long or not asks_about_last(request, index.lexical):
        return None
    places = places_of(request, session)
    documents = index.library.documents
    last = [
        citation
        for citation in session.last_cited()
        if not places or applies(documents[citation.document_id], places)
    ]
    if session.turns and not session.last_cited():
        return ask_benefit()  # 那找哪个部门, after a refusal
    return about_last(request, last, index.library, as_of)


def of_documents(turn: MoneyTurn, session: Session, library: Library) -> Answer | None:
    """What a text's entry says, where a question asks that of a text."""
    request = turn.request
    if not request.facts:
        return None
    spoken_of = continues(request, session) or bool(session.documents)
    last = session.documents if spoken_of and not turn.named_anew else ()
    named = meant(request, library, turn.places, last)
    measure = not request.speaks_of_a_text or patterns()["measure"].search(request.text)
    if last and request.facts == ("validity",) and measure and not pointed(request):
        answer = deadline_of_last(session.last_cited(), library, turn.as_of)
        if answer and not called(request, library):
            return answer
    which = ask_document(library.whole_texts())
    open_still = session.turns and session.turns[-1].answer.questions == which.questions
    if not (named.by_name or request.speaks_of_a_text or open_still):
        return None
    if not named.documents:
        return which
    session.documents = tuple(d.id for d in named.documents)
    return answer_facts(request, named, library, turn.as_of)


def called(request: Request, library: Library) -> bool:
    """Whether a question calls a text by its name."""
    return named_documents(request.text, library, ()).by_name


def meant(
    request: Request,
    library: Library,
    places: tuple[PlacePath, ...],
    last: Sequence[str],
) -> Named:
    """The texts that are meant: called by name, of the place or level, else the last.

    征求意见稿 calls no text in a talk about others: 是征求意见稿还是正式的.
    """
    named = named_documents(request.text, library, places)
    if named.by_name and not (last and all(d.draft for d in named.documents)):
        return named
    there = named_documents("", library, places).documents
    if request.levels:
        whole = [d for d in library.whole_texts() if applies(d, places)]
        there = tuple(d for d in whole if d.level in request.levels)
    brief = len(request.text) <= SHORT and bool(last)  # 湖北那个呢，哪天印发的
    if there and places and pointed(request) and (brief or request.speaks_of_a_text):
        return Named(there, by_name=True)
    if last and len(request.text) <= SHORT:
        return Named(tuple(library.documents[d] for d in last), by_name=True)
    return named
