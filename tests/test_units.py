"""What is embedded: clauses and sentences under titles, and callers' questions."""

from collections import Counter

import pytest

from index.paraphrases import load_paraphrases
from index.read import Corpus
from index.sentences import UNITS
from index.units import CLAUSE, QUESTION, SENTENCE, Unit, place_free, titled, units

DEVICES = "zhengzhou-2024#三（一）1"


@pytest.fixture(scope="module")
def questions(corpus: Corpus) -> dict[str, list[str]]:
    return load_paraphrases(corpus)


@pytest.fixture(scope="module")
def every(corpus: Corpus, questions: dict[str, list[str]]) -> list[Unit]:
    return list(units(corpus, questions))


def test_every_clause_is_embedded_once_and_every_question_too(
    corpus: Corpus, questions: dict[str, list[str]], every: list[Unit]
):
    kinds = Counter(unit.kind for unit in every)
    assert [u.clause for u in every if u.kind == CLAUSE] == list(corpus.clauses)
    assert kinds[QUESTION] == sum(map(len, questions.values()))
    assert set(kinds) == {CLAUSE, SENTENCE, QUESTION}


def test_no_two_units_share_an_id(every: list[Unit]):
    assert [i for i, n in Counter(u.id for u in every).items() if n > 1] == []


def test_an_id_can_be_taken_apart_whatever_the_clause_is_called(every: list[Unit]):
    for unit in every:
        clause, kind, position, digest = unit.id.rsplit("|", 3)
        assert (clause, kind, int(position)) == (unit.clause, unit.kind, unit.position)
        assert len(digest) == 16


def test_the_same_text_has_the_same_id_and_another_text_another():
    unit = Unit("a#一", "a", CLAUSE, 0, "补贴", ())
    assert unit.id == Unit("a#一", "b", CLAUSE, 0, "补贴", ("湖北省",)).id
    assert unit.id != Unit("a#一", "a", CLAUSE, 0, "补助", ()).id


def test_clauses_and_sentences_stand_under_the_title_and_place_of_their_text(
    corpus: Corpus, every: list[Unit]
):
    for unit in every:
        document = corpus.documents[unit.document]
        if unit.kind != QUESTION:
            assert unit.text.startswith(titled(document))
        assert unit.place == document.place
    assert titled(corpus.documents["shangjie-draft"]).startswith("上街区")


def test_a_sentence_unit_holds_the_sentence_at_its_position(
    corpus: Corpus, every: list[Unit]
):
    for unit in every:
        if unit.kind == SENTENCE:
            clause = corpus.clauses[unit.clause]
            assert unit.text.endswith(f"：{clause.sentences[unit.position].text}")
            assert clause.heading in unit.text


def test_lists_of_responsible_units_are_not_embedded_as_sentences(every: list[Unit]):
    sentences = [u.text.partition("：")[2] for u in every if u.kind == SENTENCE]
    assert [text for text in sentences if UNITS.match(text)] == []
    assert any("责任单位" in u.text for u in every if u.kind == CLAUSE)


def test_a_long_clause_is_embedded_by_sentences_too_and_a_short_one_is_not(
    corpus: Corpus, every: list[Unit]
):
    by_sentence = {unit.clause for unit in every if unit.kind == SENTENCE}
    assert DEVICES in by_sentence
    assert all(len(corpus.clauses[clause].text) > 60 for clause in by_sentence)


@pytest.mark.parametrize(
    ("question", "place", "expected"),
    [
        ("郑州买设备补多少", ("河南省", "郑州市"), "买设备补多少"),
        ("河南省里怎么补", ("河南省",), "省里怎么补"),
        ("湖北怎么补", ("河南省",), "湖北怎么补"),
        ("上街的培训机构", ("河南省", "郑州市", "上街区"), "的培训机构"),
        ("全国怎么补", (), "全国怎么补"),
    ],
)
def test_a_question_is_embedded_without_the_places_of_its_text(
    question: str, place: tuple[str, ...], expected: str
):
    assert place_free(question, place) == expected


def test_no_question_is_empty_once_its_place_is_left_out(every: list[Unit]):
    assert [u.clause for u in every if u.kind == QUESTION and len(u.text) < 3] == []
