"""Callers' ways of asking: checked on loading, and none taken from the gold set."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from index.declined import TOPICS, Topic
from index.lexical import normalised
from index.paraphrases import load_paraphrases
from index.read import Corpus
from index.yaml_files import DataError, load_entries

GOLD = Path(__file__).parent.parent.parent / "shared/qa/dev.jsonl"
BARE = re.compile(r"[\W_]")
TERM = 6  # so few pairs are a term of the texts, not somebody's question
CLAUSE = "zhengzhou-2024#三（一）1"


def pairs(text: str) -> set[str]:
    bare = BARE.sub("", normalised(text))
    return {bare[i : i + 2] for i in range(len(bare) - 1)}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("- 一\n- 二\n", ["a.yaml", "条款编号"]),
        ('"只有一句话"\n', ["a.yaml", "条款编号"]),
        ("zhengzhou-2024#三（一）99: [问]\n", ["a.yaml", "三（一）99", "没有条款"]),
        ("5: [问]\n", ["a.yaml", "5", "没有条款"]),
        (f"{CLAUSE}: 一句话\n", ["a.yaml", CLAUSE, "- "]),
        (f"{CLAUSE}:\n", ["a.yaml", CLAUSE, "- "]),
        (f"{CLAUSE}: [3]\n", ["a.yaml", CLAUSE, "引号"]),
        (f"{CLAUSE}: [问, ' ']\n", ["a.yaml", CLAUSE]),
        (f"{CLAUSE}: [问]\n{CLAUSE}: [再问]\n", ["a.yaml", CLAUSE, "重复"]),
        ("\tx: [", ["a.yaml", "YAML"]),
    ],
)
def test_a_wrong_file_is_refused_with_its_name_and_what_is_wrong(
    corpus: Corpus, tmp_path: Path, content: str, told: list[str]
):
    (tmp_path / "a.yaml").write_text(content, "utf-8")
    with pytest.raises(DataError) as error:
        load_paraphrases(corpus, tmp_path)
    assert [word for word in told if word not in str(error.value)] == []


def test_files_are_joined_in_the_order_of_their_names(corpus: Corpus, tmp_path: Path):
    (tmp_path / "b.yaml").write_text(f"{CLAUSE}: [二]\n", "utf-8")
    (tmp_path / "a.yaml").write_text(f"{CLAUSE}: [一]\n", "utf-8")
    (tmp_path / "c.yaml").write_text("# 还没有写\n", "utf-8")
    (tmp_path / "notes.txt").write_text("不是问法", "utf-8")
    assert load_paraphrases(corpus, tmp_path) == {CLAUSE: ["一", "二"]}


def test_a_folder_without_files_has_no_questions(corpus: Corpus, tmp_path: Path):
    assert load_paraphrases(corpus, tmp_path) == {}


def test_every_clause_has_ways_to_ask_for_it(corpus: Corpus):
    questions = load_paraphrases(corpus)
    assert [clause for clause in corpus.clauses if not questions.get(clause)] == []


def test_no_question_stands_twice_under_one_clause(corpus: Corpus):
    for clause, lines in load_paraphrases(corpus).items():
        counts = Counter(normalised(question) for question in lines)
        assert [q for q, n in counts.items() if n > 1] == [], clause


def test_what_is_to_be_declined_is_nowhere_a_way_to_ask_for_a_clause(corpus: Corpus):
    topics = load_entries(TOPICS, Topic)
    asked = {
        normalised(q) for lines in load_paraphrases(corpus).values() for q in lines
    }
    declined = Counter(normalised(q) for topic in topics for q in topic.questions)
    assert set(declined) & asked == set()
    assert [question for question, count in declined.items() if count > 1] == []


def test_no_line_shares_more_than_half_of_its_pairs_with_a_gold_question(
    corpus: Corpus,
):
    if not GOLD.exists():
        pytest.skip("shared/qa/dev.jsonl is not on this machine")
    cases = map(json.loads, GOLD.read_text("utf-8").splitlines())
    turns = [(case["id"], turn["user"]) for case in cases for turn in case["turns"]]
    gold = [(case, user, pairs(user)) for case, user in turns]
    lines = [(c, q) for c, asked in load_paraphrases(corpus).items() for q in asked]
    lines += [(t.topic, q) for t in load_entries(TOPICS, Topic) for q in t.questions]
    asked = [
        (place, line, own) for place, line in lines if len(own := pairs(line)) > TERM
    ]
    offenders = [
        f"{place}: {line} ~ {case}: {user}"
        for place, line, own in asked
        for case, user, theirs in gold
        if len(own & theirs) > len(own) / 2
    ]
    assert offenders == [], "\n".join(offenders)
