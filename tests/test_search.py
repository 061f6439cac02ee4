"""Which clauses are found: by place and status first, then by evidence that adds up."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from index.embed import OnnxEmbedder
from index.ranking import Hit, PlacePath, Query, scaled
from index.scope import applies
from index.search import (
    CANDIDATES,
    LEVEL_BONUS,
    NOT_YET_PENALTY,
    WEIGHTS,
    ClauseIndex,
)
from index.units import CLAUSE, QUESTION, SENTENCE

DAY = date(2026, 11, 22)
HENAN, HUBEI = ("河南省",), ("湖北省",)
ZHENGZHOU, LUOYANG = ("河南省", "郑州市"), ("河南省", "洛阳市")
SHANGJIE, JINSHUI = (*ZHENGZHOU, "上街区"), (*ZHENGZHOU, "金水区")
WUHAN, SHENZHEN = ("湖北省", "武汉市"), ("广东省", "深圳市")
OF_HENAN = {
    "henan-2022-14",
    *(f"henan-2022-14/附件{number}" for number in (1, 2, 3)),
}
OF_ZHENGZHOU = OF_HENAN | {"zhengzhou-2024"}
OF_SHANGJIE = OF_ZHENGZHOU | {"shangjie-draft"}
EVERYTHING = OF_SHANGJIE | {"hubei-2023"}
DEVICES = "专精特新企业买设备能补多少"
QUESTIONS = (
    DEVICES,
    "小巨人一次性奖励",
    "房租减免几个月",
    "培训机构补贴",
    "有效期到什么时候",
    "上市奖励",
    "个体工商户的房租、入规的奖励和首贷",
    "zzz",
    "🙏",
)


def documents(index: ClauseIndex, query: Query) -> set[str]:
    """The texts that any of the questions finds."""
    asked = [replace(query, text=text) for text in (query.text, *QUESTIONS)]
    found = (hit for one in asked for hit in index.search(one, 999).hits)
    return {hit.document.id for hit in found}


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ((), EVERYTHING),
        ((SHANGJIE,), OF_SHANGJIE),
        ((ZHENGZHOU,), OF_ZHENGZHOU),
        ((JINSHUI,), OF_ZHENGZHOU),
        ((LUOYANG,), OF_HENAN),
        ((HENAN,), OF_SHANGJIE),  # it may be any of its cities
        ((HUBEI,), {"hubei-2023"}),
        ((WUHAN,), {"hubei-2023"}),
        ((SHENZHEN,), set()),
        ((("广东省",),), set()),
        ((ZHENGZHOU, HUBEI), OF_ZHENGZHOU | {"hubei-2023"}),
        ((SHENZHEN, WUHAN), {"hubei-2023"}),
        ((("郑州市",),), set()),  # a path begins with the province
        ((("河南省", "上街区"),), OF_HENAN),
    ],
)
def test_only_texts_of_the_place_are_found(
    clause_index: ClauseIndex, places: tuple[PlacePath, ...], expected: set[str]
):
    assert documents(clause_index, Query(DEVICES, DAY, places)) == expected


def test_a_text_of_the_whole_country_holds_everywhere(
    tiny_data: Path, onnx_embedder: OnnxEmbedder
):
    index = ClauseIndex.open(tiny_data / "index", onnx_embedder)
    for places, own in [
        ((SHENZHEN,), set()),
        ((WUHAN,), {"hubei"}),
        ((LUOYANG,), set()),
        ((SHANGJIE,), {"zhengzhou"}),
        ((HENAN,), {"zhengzhou"}),
    ]:
        found = documents(index, Query("补贴", DAY, places))
        assert found == own | {"nation"}
        applying = [d for d in index.library.documents.values() if applies(d, places)]
        assert {document.id for document in applying} == found


@pytest.mark.parametrize(
    ("statuses", "as_of", "expected"),
    [
        (("draft",), DAY, {"shangjie-draft"}),
        (("in_force",), DAY, {"zhengzhou-2024"}),
        (("in_force",), date(2026, 12, 31), {"zhengzhou-2024"}),
        (("in_force",), date(2027, 1, 1), set()),
        (("expired",), date(2027, 1, 1), {"zhengzhou-2024"}),
        (("not_yet",), date(2022, 2, 8), OF_ZHENGZHOU | {"hubei-2023"}),
        (("not_yet",), date(2022, 2, 9), {"zhengzhou-2024", "hubei-2023"}),
        (("unstated",), DAY, OF_HENAN | {"hubei-2023"}),
        (("unstated", "draft"), DAY, OF_HENAN | {"hubei-2023", "shangjie-draft"}),
    ],
)
def test_only_texts_of_the_status_are_found(
    clause_index: ClauseIndex,
    statuses: tuple[str, ...],
    as_of: date,
    expected: set[str],
):
    query = Query(DEVICES, as_of, (), (), statuses)
    assert documents(clause_index, query) == expected


def test_place_and_status_filter_before_the_ranking(clause_index: ClauseIndex):
    query = Query(DEVICES, DAY, (HENAN,), (), ("draft",))
    hits = clause_index.search(query, 5).hits
    assert len(hits) == 5  # not what is left of the five best of all
    assert {hit.document.id for hit in hits} == {"shangjie-draft"}


def test_each_hit_says_the_status_of_its_text_on_the_day(clause_index: ClauseIndex):
    for as_of in (date(2020, 1, 1), date(2024, 12, 18), DAY, date(2027, 1, 1)):
        for hit in clause_index.search(Query(DEVICES, as_of), 999).hits:
            assert hit.status == hit.document.status(as_of)


def test_a_text_not_yet_issued_comes_behind(clause_index: ClauseIndex):
    before, after = date(2024, 12, 18), date(2024, 12, 19)
    early, late = (
        {h.clause.id: h.score for h in clause_index.search(Query(DEVICES, d), 999).hits}
        for d in (before, after)
    )
    for clause, score in late.items():
        is_new = clause.startswith("zhengzhou-2024#")
        assert score - early[clause] == pytest.approx(NOT_YET_PENALTY * is_new)
    ranks = [
        [h.document.id for h in clause_index.search(Query(DEVICES, d), 999).hits].index(
            "zhengzhou-2024"
        )
        for d in (before, after)
    ]
    assert ranks[0] >= ranks[1]


def test_the_level_asked_for_comes_forward(clause_index: ClauseIndex):
    plain = clause_index.search(Query(DEVICES, DAY, (ZHENGZHOU,)), 999).hits
    asked = Query(DEVICES, DAY, (ZHENGZHOU,), ("province",))
    scores = {h.clause.id: h.score for h in clause_index.search(asked, 999).hits}
    for hit in plain:
        bonus = LEVEL_BONUS if hit.document.level == "province" else 0
        assert scores[hit.clause.id] - hit.score == pytest.approx(bonus)


def test_who_asks_for_two_levels_sees_both_at_the_top(clause_index: ClauseIndex):
    query = Query(DEVICES, DAY, (ZHENGZHOU,), ("province", "city"))
    levels = [hit.document.level for hit in clause_index.search(query, 3).hits]
    assert {"province", "city"} <= set(levels)


def test_who_asks_for_two_places_sees_both_at_the_top(clause_index: ClauseIndex):
    for question in ("设备补贴", "小巨人奖励", "上市奖励"):
        query = Query(question, DAY, (ZHENGZHOU, HUBEI))
        places = [hit.document.place[0] for hit in clause_index.search(query, 3).hits]
        assert set(places) == {"河南省", "湖北省"}


def test_what_has_nothing_to_do_with_it_is_not_brought_forward(
    clause_index: ClauseIndex,
):
    query = Query("茶叶", DAY, (ZHENGZHOU, HUBEI), ("province", "city", "district"))
    best, *others = clause_index.search(query, 999).hits
    scores = [hit.score for hit in others]
    front = sum(a < b for a, b in pairwise(scores))
    assert front <= 4  # three levels and two places, the best of all among them
    assert best.score == max([best.score, *scores])


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("levels", [(), ("city",)])
def test_the_parts_of_a_hit_add_up_to_its_score(
    clause_index: ClauseIndex, question: str, levels: tuple[str, ...]
):
    as_of = date(2023, 1, 1)
    query = Query(question, as_of, (HENAN,), levels)
    hits = clause_index.search(query, 999).hits
    names = set().union(*(hit.parts for hit in hits))
    assert names <= {CLAUSE, SENTENCE, QUESTION, "lexical"}
    total = np.zeros(len(hits))
    for name, weight in WEIGHTS.items():
        part = {i: h.parts[name] for i, h in enumerate(hits) if name in h.parts}
        total += weight * scaled(part, range(len(hits)))
    for hit, score in zip(hits, total, strict=True):
        bonus = LEVEL_BONUS * (hit.document.level in levels)
        bonus -= NOT_YET_PENALTY * (hit.document.id == "zhengzhou-2024")
        assert hit.score == pytest.approx(score + bonus)


@pytest.mark.parametrize("left_out", sorted(WEIGHTS))
def test_a_part_that_is_left_out_does_not_count(
    clause_index: ClauseIndex, left_out: str
):
    weights = {n: w for n, w in WEIGHTS.items() if n != left_out}
    query = Query(DEVICES, DAY, (ZHENGZHOU,))
    hits = clause_index.search(query, 999, weights).hits
    assert max(hit.score for hit in hits) <= 1 - WEIGHTS[left_out] + 1e-9
    zeros = clause_index.search(query, 999, {**WEIGHTS, left_out: 0}).hits
    assert [hit.clause.id for hit in hits] == [hit.clause.id for hit in zeros]


def test_the_weights_sum_up_to_one():
    assert sum(WEIGHTS.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({}, [0, 0, 0]),
        ({0: 0.8, 1: 0.9, 2: 0.85}, [0, 1, 0.5]),
        ({0: 0.8, 1: 0.9}, [0, 1, 0]),
        ({0: 0.8, 1: 0.8, 2: 0.8}, [0, 0, 0]),
        ({2: 7.0}, [0, 0, 0]),
        ({0: -1.0, 1: 1.0, 2: 0.0}, [0, 1, 0.5]),
    ],
)
def test_a_part_is_scaled_from_its_lowest_to_its_highest(
    part: dict[int, float], expected: list[float]
):
    assert scaled(part, [0, 1, 2]).tolist() == pytest.approx(expected)


def test_a_sentence_of_a_hit_stands_at_its_position(clause_index: ClauseIndex):
    queries = [Query(question, DAY, (ZHENGZHOU,)) for question in QUESTIONS]
    hits = [hit for q in queries for hit in clause_index.search(q, 999).hits]
    assert any(hit.sentences for hit in hits)
    for hit in hits:
        assert all(0 <= p < len(hit.clause.sentences) for p in hit.sentences)
        if hit.sentences:
            assert hit.parts[SENTENCE] == max(hit.sentences.values())


@pytest.mark.parametrize(
    ("asked", "same"),
    [
        ("专精特新企业買設備補多少", "专精特新企业买设备补多少"),
        ("小巨人奖励１００万", "小巨人奖励100万"),
        ("VAT怎么免", "vat怎么免"),
    ],
)
def test_traditional_wide_and_upper_case_questions_find_the_same(
    clause_index: ClauseIndex, asked: str, same: str
):
    mine, theirs = (
        [(h.clause.id, h.score) for h in clause_index.search(Query(q, DAY)).hits]
        for q in (asked, same)
    )
    assert mine == theirs


@pytest.mark.parametrize("top_k", [0, 1, 7, 999])
def test_at_most_top_k_hits_and_no_clause_twice(clause_index: ClauseIndex, top_k: int):
    clauses = [
        h.clause.id for h in clause_index.search(Query(DEVICES, DAY), top_k).hits
    ]
    assert len(clauses) == len(set(clauses)) <= top_k
    assert top_k > CANDIDATES or len(clauses) == top_k


def test_where_nothing_applies_the_declined_topic_is_still_told(
    clause_index: ClauseIndex,
):
    ranking = clause_index.search(Query("明天深圳下雨吗", DAY, (SHENZHEN,)))
    assert ranking.hits == ()
    assert ranking.declined.type == "outside"


def test_sixteen_threads_find_what_one_finds(clause_index: ClauseIndex):
    places = ((), (ZHENGZHOU,), (HUBEI,), (LUOYANG, WUHAN), (SHENZHEN,))
    queries = [Query(q, DAY, where) for q in QUESTIONS for where in places] * 2

    def found(query: Query) -> tuple[list[tuple[str, float]], object]:
        ranking = clause_index.search(query)
        return [(h.clause.id, h.score) for h in ranking.hits], ranking.declined

    alone = [found(query) for query in queries]
    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(found, queries)) == alone


def test_a_fresh_index_may_be_shared_at_once(
    index_folder: Path, onnx_embedder: OnnxEmbedder
):
    fresh = ClauseIndex.open(index_folder, onnx_embedder)
    queries = [Query(DEVICES, DAY, (where,)) for where in (ZHENGZHOU, HUBEI)] * 16

    def best(query: Query) -> Hit:
        return fresh.search(query, 1).hits[0]

    with ThreadPoolExecutor(16) as threads:
        found = {hit.clause.id for hit in threads.map(best, queries)}
    assert len(found) == 2
