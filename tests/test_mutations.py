"""Wrong on purpose: a digit, bound, unit, payee or date changed is caught."""

from pathlib import Path

from assistant.answer import Answer
from assistant.rules import Rulebook
from eval.cases import Case
from eval.mutations import answer_mutations, rule_mutations
from index.read import Corpus

TABLES = Path(__file__).parent / "rules"


def test_every_mutation_of_the_rulebook_is_caught(rulebook: Rulebook, corpus: Corpus):
    tally = rule_mutations(rulebook, corpus.clauses, TABLES)
    assert tally.made > 1500
    assert tally.survivors == ()


def test_every_mutation_of_a_composed_answer_is_caught(
    answers: list[tuple[Case, Answer]],
):
    tally = answer_mutations({case.id: answer for case, answer in answers})
    assert tally.made > 10_000
    assert tally.survivors == ()
