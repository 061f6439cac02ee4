"""What is embedded: each clause, its sentences, and the ways callers ask for it."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.documents import PolicyDocument
from index.read import Clause, Corpus
from index.sentences import UNITS

CLAUSE, SENTENCE, QUESTION = "clause", "sentence", "question"
# A clause this short is its own sentence, and shorter sentences say too little alone.
SHORT_CLAUSE, SHORT_SENTENCE = 60, 8


@dataclass(frozen=True, slots=True)
class Unit:
    """One vector's text; its id ends in a hash, so equal ids mean equal vectors."""

    clause: str
    document: str
    kind: str
    position: int  # of the sentence in its clause, of the question in its list
    text: str
    place: tuple[str, ...]

    @property
    def id(self) -> str:
        digest = hashlib.sha256(self.text.encode()).hexdigest()[:16]
        return f"{self.clause}|{self.kind}|{self.position}|{digest}"


def units(corpus: Corpus, questions: Mapping[str, Iterable[str]]) -> Iterator[Unit]:
    """Every unit of the corpus, in the order of its clauses."""
    for clause in corpus.clauses.values():
        document = corpus.documents[clause.document]
        yield from units_of(clause, document, questions.get(clause.id, ()))


def units_of(
    clause: Clause, document: PolicyDocument, questions: Iterable[str]
) -> Iterator[Unit]:
    """The clause with its title and headings, its sentences likewise, its questions.

    The title in front keeps look-alike clauses of different places apart.
    """
    title = titled(document)
    place = document.place
    above = " ".join((title, *clause.headings))
    yield Unit(clause.id, document.id, CLAUSE, 0, f"{above}\n{clause.text}", place)
    if len(clause.text) > SHORT_CLAUSE:
        for position, sentence in enumerate(clause.sentences):
            if len(sentence.text) > SHORT_SENTENCE and not UNITS.match(sentence.text):
                text = f"{title} {clause.heading}：{sentence.text}"
                yield Unit(clause.id, document.id, SENTENCE, position, text, place)
    for position, question in enumerate(questions):
        text = place_free(question, place)
        yield Unit(clause.id, document.id, QUESTION, position, text, place)


def place_free(question: str, place: Sequence[str]) -> str:
    """A caller's question without the names of the text's own places.

    The place decides which texts are searched; in the question it would only make
    those who do not name it look as if they asked for something else.
    """
    for name in place:
        question = question.replace(name[:-1], "")  # 河南 of 河南省里: 省里 stays
    return question


def titled(document: PolicyDocument) -> str:
    """The document's place and short title, as set before what is embedded."""
    return "".join(document.place[-1:]) + document.short
