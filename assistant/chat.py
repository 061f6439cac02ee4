"""The flow from a question to an answer, the same for CLI, page and evaluation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from assistant.amounts import Figure
from assistant.answer import Answer
from assistant.asked_places import paths_of, places_of
from assistant.clock import Clock
from assistant.completed import completed
from assistant.compose import compose
from assistant.declining import ask_place, courtesy, refuse, unsafe
from assistant.document_answers import with_validity
from assistant.elsewhere import of_elsewhere
from assistant.figures import figure_answer, nothing_here
from assistant.measures import with_measures, with_profile
from assistant.money_turn import MoneyTurn, ask_benefit, read_turn, shaped
from assistant.places import find_place
from assistant.privacy import mask
from assistant.question import Request, read_question
from assistant.refusal import Signs, answerable, declined_type, signs
from assistant.remarks import with_remarks
from assistant.rules import Rulebook, rulebook_of
from assistant.session import Session, Turn
from assistant.stance import (
    needs_place,
    only_introduces,
    stance_of,
    vague,
)
from assistant.survey import asks_for_everything, survey
from assistant.text_questions import of_clause, of_documents, of_last
from assistant.topic import opens_topic
from index.documents import PolicyDocument
from index.embed import load_embedder
from index.lexical import normalised
from index.ranking import Hit, PlacePath, Query, Ranking, near_provinces
from index.scope import applies
from index.search import WEIGHTS, ClauseIndex
from index.settings import Settings

LONGEST_QUESTION = 4000  # characters
TOP_K = 8
RULED = 0.5  # of the best score, where each of two provinces has a rule of its own
SURE = 0.9  # probability of an answer from which a short turn stands by itself


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
        session.clock = Clock()
        masked = mask(question[: 2 * LONGEST_QUESTION])  # more is refused anyway
        answer = masked.told(self._answer(masked.question, session, as_of))
        spent = session.clock.timings("answer")  # what is neither read nor searched
        answer = replace(answer, latency_ms=spent["total"], timings=spent)
        session.turns.append(Turn(masked.text, answer))
        if answer.citations:
            cited = dict.fromkeys(c.document_id for c in answer.citations)
            session.documents = tuple(cited)
        elif here := session.place:  # what was cited before does not hold there
            own = self.index.library.documents
            last = (d for d in session.documents if applies(own[d], (here,)))
            session.documents = tuple(last)
        return answer

    def search(
        self,
        question: str,
        as_of: date,
        top_k: int = 10,
        weights: Mapping[str, float] | None = None,
        here: PlacePath | None = None,
    ) -> Ranking:
        """The ranking behind an answer, with the question's place and level.

        `here` is where the asker is; what the question itself says goes before it.
        """
        request = read_question(question, self.index.lexical)
        places = places_of(request, Session(place=here))
        query = _query(request, places, as_of)
        return self.index.search(query, top_k, weights or WEIGHTS)

    def covers(self, question: str) -> bool:
        """Whether there are texts for the place a question names, if it names one."""
        places = paths_of(find_place(read_question(question, self.index.lexical).text))
        return not places or any(self._covers(p) for p in places)

    def _answer(self, question: str, session: Session, as_of: date) -> Answer:
        if not question.strip():
            return refuse("empty", self.documents())
        if len(normalised(question)) > LONGEST_QUESTION:  # ﷺ is one of 18
            return refuse("too_long", limit=LONGEST_QUESTION)
        request = read_question(completed(question, session), self.index.lexical)
        if answer := courtesy(request):
            return answer
        if answer := unsafe(request, self.documents()):
            places = places_of(request, session)  # what else was said is kept
            self._turn(request, (), places, session, as_of)
            return answer
        talk = (session, self.index, self.rulebook, as_of)
        if answer := of_clause(request, *talk) or of_last(request, *talk):
            return with_remarks(answer, request, as_of)
        request = shaped(request, session)
        places = places_of(request, session)
        covered = tuple(p for p in places if self._covers(p))
        if places and not covered:
            session.place = places[0]
            self._turn(request, (), places, session, as_of)  # levels, sums are kept
            names = "、".join("".join(p) for p in places)
            return refuse("place", self.documents(), place=names)
        session.clock.lap("read")
        ranking = self.index.search(_query(request, covered, as_of), TOP_K)
        session.clock.lap("search")
        found = signs(request.search, ranking, self.index.lexical)
        if answerable(found) >= SURE and self._opens_topic(request, ranking, session):
            session.topic = None
        last = session.topic
        turn = self._turn(request, ranking.hits, covered, session, as_of)
        answer, sums = self._from_evidence(turn, ranking, found, session)
        unanswered = answer.behaviour == "refuse" or answer == ask_benefit()
        if unanswered and turn.topic and not turn.topic.named:
            session.topic = last  # what was not answered is not spoken of
        session.figures = (*session.figures, sums)[-3:] if sums else session.figures
        answer = with_remarks(answer, request, as_of)
        return with_profile(answer, turn.known, places)

    def _opens_topic(
        self, request: Request, ranking: Ranking, session: Session
    ) -> bool:
        """Whether a question speaks of something else than the turns before."""
        last, hits = session.topic, ranking.hits
        if last is None or not hits:
            return False
        return opens_topic(request, hits[0], last, self.rulebook)

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
        if turn.topic and session.topic and turn.topic.rules != session.topic.rules:
            session.before = session.topic
        session.known, session.topic = turn.known, turn.topic or session.topic
        session.wants = turn.request.wants
        session.wants_units = turn.request.wants_units
        session.facts = turn.request.facts
        return turn

    def _from_evidence(
        self, turn: MoneyTurn, ranking: Ranking, found: Signs, session: Session
    ) -> tuple[Answer, tuple[Figure, ...]]:
        """The answer, and the sums that a later turn may go back to."""
        if answer := of_documents(turn, session, self.index.library):
            return answer, ()
        if answer := of_elsewhere(turn, self.index.library, self.rulebook):
            return answer, ()
        stance = stance_of(turn, ranking, found, session)
        session.everything = everything = asks_for_everything(turn, session)
        if not everything and (answer := self._declined(turn, ranking, stance)):
            return answer, ()
        goes_on = stance == "goes_on"  # it means what the turns before spoke of
        search = turn.request.search
        session.subject = session.subject if goes_on else search
        if everything and (answer := self._survey(turn)):
            return answer, ()
        outcome = figure_answer(turn, self.index.library, self.rulebook)
        if outcome.answer:
            return outcome.answer, outcome.sums
        request = turn.request
        if goes_on:
            request = replace(request, search=f"{session.subject} {search}")
            query = _query(request, turn.places, turn.as_of)
            ranking = self.index.search(query, TOP_K)
        answer = compose(request, ranking.hits, self.index.lexical, turn.as_of)
        answer = with_measures(answer, turn, self.rulebook)
        answer = replace(answer, verdict=outcome.verdict)
        library, document = self.index.library, ranking.hits[0].document
        return with_validity(answer, document, request, library, turn.as_of), ()

    def _declined(
        self, turn: MoneyTurn, ranking: Ranking, stance: str
    ) -> Answer | None:
        """A refusal or the one question that is needed first, if either is due."""
        if stance != "goes_on" and vague(turn):
            return ask_benefit()
        if stance == "leads_away" and only_introduces(turn):
            return ask_benefit()
        topic = turn.topic
        if stance == "leads_away" and topic and topic.named and not topic.rules:
            return nothing_here(topic, turn.places, self.rulebook)
        if stance == "leads_away":
            return refuse(declined_type(ranking.declined), self.documents())
        open_place = not turn.places and turn.topic is None
        if open_place and len(near_provinces(ranking)) > 1:
            return ask_place(self.documents())
        if needs_place(turn) and len(near_provinces(ranking, RULED)) > 1:
            return ask_place(self.documents())
        return None

    def _survey(self, turn: MoneyTurn) -> Answer | None:
        """All benefits, or the question where or of which level the asker is."""
        if not turn.places:
            return ask_place(self.documents())
        return survey(turn, self.index.library, self.rulebook)

    def _covers(self, place: PlacePath) -> bool:
        documents = self.index.library.documents.values()
        return any(applies(d, (place,)) and d.place for d in documents)

    def documents(self) -> list[PolicyDocument]:
        """The texts that are not annexes and not the nation's."""
        return self.index.library.whole_texts()


def _query(request: Request, places: tuple[PlacePath, ...], as_of: date) -> Query:
    return Query(request.search, as_of, places, request.levels)
