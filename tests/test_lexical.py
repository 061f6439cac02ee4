"""BM25 over Chinese: which terms a text has, and which text has the rarer ones."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from index.lexical import LexicalIndex, normalised, terms

TEXTS = (
    "中小企业购置设备，补贴不超过10%",
    "中小企业培训机构补贴",
    "湖北省茶叶企业参加展会",
    "VAT 增值税免征1.5年",
)


@pytest.fixture(scope="module")
def index() -> LexicalIndex:
    return LexicalIndex.build(TEXTS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("，。！？ \n", []),
        ("补", ["补"]),
        ("补贴", ["补", "贴", "补贴"]),
        ("補貼", ["补", "贴", "补贴"]),
        ("补 贴\n款", ["补", "贴", "款", "补贴", "贴款"]),
        ("10％", ["10%"]),
        ("1.5年", ["1.5", "年"]),
        ("VAT税", ["vat", "税"]),
        ("ＶＡＴ", ["vat"]),
        ("补，贴", ["补", "贴"]),
        ("①补", ["1", "补"]),
    ],
)
def test_terms_are_characters_pairs_words_and_numbers(text: str, expected: list[str]):
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("專精特新", "专精特新"),
        ("ＡＢＣ　１２", "abc 12"),
        ("Ｒ＆Ｄ", "r&d"),
        ("“小巨人”", "“小巨人”"),
        ("", ""),
    ],
)
def test_text_is_compared_in_simplified_half_width_lower_case(text: str, expected: str):
    assert normalised(text) == expected
    assert normalised(normalised(text)) == normalised(text)


@pytest.mark.parametrize(
    ("question", "best"),
    [("买设备", 0), ("培訓機構", 1), ("茶葉", 2), ("vat", 3), ("1.5", 3), ("10％", 0)],
)
def test_the_text_that_shares_the_rare_terms_comes_first(
    index: LexicalIndex, question: str, best: int
):
    assert int(np.argmax(index.scores(question))) == best


@pytest.mark.parametrize("question", ["", "🙏", "zzz", "鑫", "？？？"])
def test_without_a_shared_term_every_score_is_zero(index: LexicalIndex, question: str):
    scores = index.scores(question)
    assert scores.shape == (len(TEXTS),)
    assert not scores.any()


def test_a_text_without_a_shared_term_has_no_score(index: LexicalIndex):
    scores = index.scores("培训")
    assert scores[1] > 0
    assert not scores[[0, 2, 3]].any()


def test_a_number_is_not_found_in_a_longer_one():
    assert not LexicalIndex.build(["补助150万元", "奖励"]).scores("15").any()


def test_rarer_terms_weigh_more(index: LexicalIndex):
    rarities = [index.rarity(t) for t in ("企业", "补贴", "茶叶", "无此词")]
    assert rarities == sorted(rarities)
    assert len(set(rarities)) == 4


def test_a_saved_index_scores_as_before(index: LexicalIndex, tmp_path: Path):
    index.save(tmp_path / "lexical")
    opened = LexicalIndex.load(tmp_path / "lexical")
    for question in (*TEXTS, "补贴", ""):
        assert opened.scores(question).tolist() == index.scores(question).tolist()
    for term in ("企业", "茶叶", "无此词"):
        assert opened.rarity(term) == index.rarity(term)


def test_saving_again_replaces_what_was_there(index: LexicalIndex, tmp_path: Path):
    LexicalIndex.build(["另一份", "文件"]).save(tmp_path)
    index.save(tmp_path)
    opened = LexicalIndex.load(tmp_path)
    assert opened.scores("茶叶").tolist() == index.scores("茶叶").tolist()


def test_a_piece_of_a_story_counts_by_the_words_that_people_ask_in(tmp_path: Path):
    index = LexicalIndex.build(TEXTS, ["设备补多少", "茶叶"])
    index.save(tmp_path)
    for opened in (index, LexicalIndex.load(tmp_path)):
        assert opened.relevance("培训机构补贴") == 0  # in the texts, asked by nobody
        assert opened.relevance("亲戚都来了，") == opened.relevance("") == 0
        assert opened.relevance("買設備，") > opened.relevance("买设备，去年的事，") > 0


def test_sixteen_threads_get_the_scores_of_one(index: LexicalIndex):
    questions = [*TEXTS, "补贴", "企业"] * 20
    alone = [index.scores(question).tolist() for question in questions]
    with ThreadPoolExecutor(16) as threads:
        together = [s.tolist() for s in threads.map(index.scores, questions)]
    assert together == alone
