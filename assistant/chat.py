"""The flow from a question to an answer, the same for CLI, page and evaluation."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from assistant.about_last import about_last, asks_about_last
from assistant.amounts import Figure
from assistant.answer import Answer
from assistant.compose import compose
from assistant.document_answers import answer_facts, with_validity
from assistant.facts import named_documents
from assistant.figures import figure_answer, with_measures, with_profile
from assistant.money_turn import (
    MoneyTurn,
    ask_benefit,
    compares_before,
    names_best_clause,
    needs_place,
    only_introduces,
    read_turn,
    vague,
)
from assistant.places import Ambiguous, Found, NoPlace, Place, Several, find_place
from assistant.question import Request, read_question
from assistant.refusal import answerable, decision_model, signs
from assistant.rules import Rulebook, load_rulebook
from assistant.session import Session, Turn
from assistant.topic import SHORT, benefits_named
from index.documents import PolicyDocument
from index.embed import load_embedder
from index.lexical import normalised
from index.library import Library
from index.ranking import Hit, PlacePath, Query, Ranking
from index.scope import applies
from index.search import WEIGHTS, ClauseIndex
from index.settings import Settings
from prompts import say

LONGEST_QUESTION = 4000  # characters
TOP_K = 8
# Where another province's best clause reaches this share of the best score, the
# answer depends on the place: see docs/experiments.md.
NEAR_PROVINCE = 0.78
MOST_NAMED = 6  # texts listed in a refusal


@dataclass(slots=True)
class Assistant:
    """Answers questions from one index."""

    index: ClauseIndex
    rulebook: Rulebook

    @classmethod
    def load(cls, settings: Settings) -> "Assistant":
        """Open the index and the rulebook; raises EmbedderError, IndexMissing,
        StoreError, or DataError for a rule that its clause does not bear out."""
        embedder = load_embedder(settings.model)
        folder = settings.data / "index"
        index = ClauseIndex.open(folder, embedder, settings.chroma_url)
        return cls(index, rulebook_of(index.library))

    def ask(self, question: str, session: Session, as_of: date) -> Answer:
        """Answer one question on a day; the session then holds the turn."""
        started = time.perf_counter()
        answer = self._answer(question, session, as_of)
        elapsed = (time.perf_counter() - started) * 1000
        answer = replace(answer, latency_ms=round(elapsed, 2))
        session.turns.append(Turn(question, answer))
        return answer

    def search(
        self,
        question: str,
        as_of: date,
        top_k: int = 10,
        weights: Mapping[str, float] | None = None,
    ) -> Ranking:
        """The ranking behind an answer, with the question's place and level."""
        request = read_question(question, self.index.lexical)
        places = _paths(find_place(request.text))
        query = _query(request, places, as_of)
        return self.index.search(query, top_k, weights or WEIGHTS)

    def covers(self, question: str) -> bool:
        """Whether there are texts for the place a question names, if it names one."""
        places = _paths(find_place(read_question(question, self.index.lexical).text))
        return not places or any(self._covers(p) for p in places)

    def _answer(self, question: str, session: Session, as_of: date) -> Answer:
        if not question.strip():
            return _refuse("empty", self._held())
        if len(normalised(question)) > LONGEST_QUESTION:  # ﷺ is one of 18
            return _refuse("too_long", limit=LONGEST_QUESTION)
        request = read_question(question, self.index.lexical)
        if answer := self._of_last(request, session, as_of):
            return answer
        known = Place(session.place) if session.place else None
        places = _paths(find_place(request.text, known)) or _known(known)
        if session.place and compares_before(request) and session.place not in places:
            places = (*places, session.place)
        covered = tuple(p for p in places if self._covers(p))
        if len(places) == 1 or (places and not covered):
            session.place = places[0]
        if places and not covered:
            self._turn(request, (), places, session, as_of)  # levels, sums are kept
            names = "、".join("".join(p) for p in places)
            return _refuse("place", self._held(), place=names)
        query = _query(request, covered, as_of)
        ranking = self.index.search(query, TOP_K)
        turn = self._turn(request, ranking.hits, covered, session, as_of)
        if turn.follows and session.turns:  # it means what the turn before spoke of
            before = read_question(session.turns[-1].question, self.index.lexical)
            joint = replace(request, search=f"{before.search} {request.search}")
            ranking = self.index.search(_query(joint, covered, as_of), TOP_K)
        answer, sums = self._from_evidence(turn, ranking)
        session.figures = (*session.figures, sums)[-3:] if sums else session.figures
        return with_profile(answer, turn.known, places)

    def _of_last(
        self, request: Request, session: Session, as_of: date
    ) -> Answer | None:
        """Who is responsible for what was just answered, and its words."""
        last = next(
            (t.answer for t in reversed(session.turns) if t.answer.citations), None
        )
        named = benefits_named(request.text, self.rulebook) or request.speaks_of_a_text
        short = len(request.text) <= SHORT
        if last is None or named or not short or not asks_about_last(request):
            return None
        return about_last(request, last, self.index.library, as_of)

    def _turn(
        self,
        request: Request,
        hits: Sequence[Hit],
        places: tuple[PlacePath, ...],
        session: Session,
        as_of: date,
    ) -> MoneyTurn:
        """What the question is about and what is now known; the session learns it."""
        turn = read_turn(request, hits, places, session, self.rulebook, as_of)
        session.known, session.topic = turn.known, turn.topic or session.topic
        session.wants = turn.request.wants
        return turn

    def _from_evidence(
        self, turn: MoneyTurn, ranking: Ranking
    ) -> tuple[Answer, tuple[Figure, ...]]:
        """The answer, and the sums that a later turn may go back to."""
        request, places, as_of = turn.request, turn.places, turn.as_of
        library = self.index.library
        if request.facts:
            named = named_documents(request.text, library, places)
            if named.by_name or request.speaks_of_a_text:
                if not named.documents:
                    return self._ask_which_document(), ()
                return answer_facts(request, named, library, as_of), ()
        found = signs(request.search, ranking, self.index.lexical)
        sure = turn.follows or names_best_clause(turn, ranking.hits)
        if not sure and answerable(found) < decision_model().threshold:
            unsaid = vague(turn) or only_introduces(turn)
            return (ask_benefit() if unsaid else self._decline(ranking)), ()
        if vague(turn):
            return ask_benefit(), ()
        near = not places and len(near_provinces(ranking)) > 1
        told = names_best_clause(turn, ranking.hits) and not near
        if (near and turn.topic is None) or (needs_place(turn) and not told):
            return self._ask_place(), ()
        outcome = figure_answer(turn, library, self.rulebook)
        if outcome.answer:
            return outcome.answer, outcome.sums
        answer = compose(request, ranking.hits, self.index.lexical, as_of)
        answer = with_measures(answer, turn, self.rulebook)
        answer = replace(answer, verdict=outcome.verdict)
        document = ranking.hits[0].document
        return with_validity(answer, document, request, library, as_of), ()

    def _decline(self, ranking: Ranking) -> Answer:
        """A typed refusal that says what the texts do hold."""
        return _refuse(ranking.declined.type, self._held())

    def _ask_place(self) -> Answer:
        """The one question that decides most: where the asker is."""
        places = dict.fromkeys("".join(d.place) for d in self.documents())
        question = say("replies.questions.place", choices="、".join(places))
        return Answer("clarify", question, questions=(question,))

    def _ask_which_document(self) -> Answer:
        titles = (f"《{d.short}》" for d in self.documents())
        question = say("replies.questions.document", choices="、".join(titles))
        return Answer("clarify", question, questions=(question,))

    def _covers(self, place: PlacePath) -> bool:
        documents = self.index.library.documents.values()
        return any(applies(d, (place,)) and d.place for d in documents)

    def documents(self) -> list[PolicyDocument]:
        """The texts that are not annexes and not the nation's."""
        documents = self.index.library.documents.values()
        return [d for d in documents if d.parent is None and d.place]

    def _held(self) -> str:
        documents = "、".join(f"《{d.short}》" for d in self.documents()[:MOST_NAMED])
        return say("replies.refusals.held", documents=documents)


def rulebook_of(library: Library) -> Rulebook:
    """The rulebook, checked against the clauses of a build."""
    clauses = {id_: library.clause(id_) for id_ in library.ids}
    return load_rulebook(clauses, library.documents)


def near_provinces(ranking: Ranking) -> list[str]:
    """The provinces whose best clause comes near the best of all."""
    best: dict[str, float] = {}
    for hit in ranking.hits:
        best.setdefault("".join(hit.document.place[:1]), hit.score)
    top = ranking.hits[0].score
    return [p for p, score in best.items() if p and score >= NEAR_PROVINCE * top]


def _refuse(reason: str, held: str = "", **values: object) -> Answer:
    text = say(f"replies.refusals.{reason}", **values)
    return Answer("refuse", "\n\n".join(t for t in (text, held) if t), reason=reason)


def _query(request: Request, places: tuple[PlacePath, ...], as_of: date) -> Query:
    return Query(request.search, as_of, places, request.levels)


def _paths(found: Found | Ambiguous | Several | NoPlace) -> tuple[PlacePath, ...]:
    """The places that a question counts for; an ambiguous name counts for none."""
    match found:
        case Found(place):
            return (place.path,)
        case Several(places):
            return tuple(p.path for p in places)
        case _:
            return ()


def _known(place: Place | None) -> tuple[PlacePath, ...]:
    return (place.path,) if place else ()
