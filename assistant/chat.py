"""The flow from a question to an answer, the same for CLI, page and evaluation."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from assistant.answer import Answer, Citation
from assistant.citations import cite
from assistant.compose import compose, notices
from assistant.facts import Named, named_documents, state
from assistant.places import Ambiguous, Found, NoPlace, Place, Several, find_place
from assistant.question import Request, read_question
from assistant.refusal import answerable, decision_model, signs
from assistant.session import Session, Turn
from index.documents import PolicyDocument
from index.embed import load_embedder
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

    @classmethod
    def load(cls, settings: Settings) -> "Assistant":
        """Open the index; raises EmbedderError, IndexMissing or StoreError."""
        embedder = load_embedder(settings.model)
        folder = settings.data / "index"
        return cls(ClauseIndex.open(folder, embedder, settings.chroma_url))

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
        if len(question) > LONGEST_QUESTION:
            return _refuse("too_long", limit=LONGEST_QUESTION)
        request = read_question(question, self.index.lexical)
        known = Place(session.place) if session.place else None
        places = _paths(find_place(request.text, known)) or _known(known)
        if len(places) == 1:
            session.place = places[0]
        covered = tuple(p for p in places if self._covers(p))
        if places and not covered:
            names = "、".join("".join(p) for p in places)
            return _refuse("place", self._held(), place=names)
        query = _query(request, covered, as_of)
        ranking = self.index.search(query, TOP_K)
        answer = self._from_evidence(request, ranking, covered, as_of)
        return replace(answer, place="".join(places[0]) if places else None)

    def _from_evidence(
        self,
        request: Request,
        ranking: Ranking,
        places: tuple[PlacePath, ...],
        as_of: date,
    ) -> Answer:
        if request.facts:
            named = named_documents(request.text, self.index.library, places)
            if named.by_name or request.speaks_of_a_text:
                return self._facts(request, named, as_of)
        found = signs(request.search, ranking, self.index.lexical)
        if answerable(found) < decision_model().threshold:
            return self._decline(ranking)
        if not places and len(near_provinces(ranking)) > 1:
            return self._ask_place()
        answer = compose(request, ranking.hits, self.index.lexical, as_of)
        return self._with_validity(answer, ranking.hits[0], request, as_of)

    def _facts(self, request: Request, named: Named, as_of: date) -> Answer:
        """Number, dates, issuer, validity, annexes: from the entry of the text."""
        documents = named.documents
        if not documents:
            return self._ask_which_document()
        library = self.index.library
        lines = [state(f, d, library, as_of) for d in documents for f in request.facts]
        answer = Answer("answer", "\n".join(f"- {line}" for line in lines))
        answer = replace(answer, notices=notices(documents, as_of))
        if "validity" not in request.facts:
            return answer
        citations = [
            citation
            for marker, document in enumerate(documents, 1)
            if (citation := self._validity_citation(document, marker, as_of))
        ]
        markers = "".join(f"[{c.marker}]" for c in citations)
        return replace(answer, text=answer.text + markers, citations=tuple(citations))

    def _with_validity(
        self, answer: Answer, best: Hit, request: Request, as_of: date
    ) -> Answer:
        """The answer with the validity of its first text said and cited, if asked."""
        if "validity" not in request.facts:
            return answer
        marker = len(answer.citations) + 1
        citation = self._validity_citation(best.document, marker, as_of)
        line = state("validity", best.document, self.index.library, as_of)
        if citation is None:
            return replace(answer, text=f"{line}\n\n{answer.text}")
        return replace(
            answer,
            text=f"{line}[{marker}]\n\n{answer.text}",
            citations=(*answer.citations, citation),
        )

    def _validity_citation(
        self, document: PolicyDocument, marker: int, as_of: date
    ) -> Citation | None:
        """The clause that says until when a text is valid, None if none does."""
        wanted = document.validity_quote
        for clause in self.index.library.of_document(document.id) if wanted else ():
            for position, sentence in enumerate(clause.sentences):
                if wanted and wanted in sentence.text:
                    status = document.status(as_of)
                    return cite(marker, clause, document, status, [position])
        return None

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
