"""What each part of the search is worth: the same questions without it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from assistant.chat import Assistant
from assistant.question import read_question
from eval.cases import Case
from eval.retrieval import TOP_K, Scores, rankings, scores, without_paraphrases
from index.ranking import Query
from index.search import WEIGHTS
from index.units import CLAUSE, QUESTION, SENTENCE

Rankings = dict[str, list[str]]
WHOLE = "whole"
# The parts whose score is left out, by the name of the variant.
LEFT_OUT: Mapping[str, frozenset[str]] = {
    WHOLE: frozenset(),
    "without_lexical": frozenset({"lexical"}),
    "without_dense": frozenset({CLAUSE, SENTENCE, QUESTION}),
    "without_sentences": frozenset({SENTENCE}),
}


def variants(
    assistant: Assistant, cases: Sequence[Case], data: Path
) -> dict[str, Scores]:
    """The scores of the whole search and of each variant of it.

    The index without paraphrases is built in `data` at the first use (half a minute).
    """
    asked = [c for c in cases if len(c.turns) == 1 and c.turns[0].expect.clauses]
    found = {
        name: rankings(assistant, asked, weights_without(parts))
        for name, parts in LEFT_OUT.items()
    }
    found["without_filters"] = unfiltered(assistant, asked)
    plain = without_paraphrases(assistant, data / "without-paraphrases")
    found["without_paraphrases"] = rankings(plain, asked)
    return {name: scores(asked, ranked) for name, ranked in found.items()}


def weights_without(parts: frozenset[str]) -> dict[str, float]:
    """The shares of the parts that are left."""
    return {name: share for name, share in WEIGHTS.items() if name not in parts}


def unfiltered(assistant: Assistant, cases: Sequence[Case]) -> Rankings:
    """Rankings over all texts, whatever place or level a question names."""
    index = assistant.index
    found: Rankings = {}
    for case in cases:
        request = read_question(case.turns[0].user, index.lexical)
        query = Query(request.search, case.as_of, (), ())
        found[case.id] = [h.clause.id for h in index.search(query, TOP_K).hits]
    return found
