"""What is to be refused: topics with example questions, found by meaning."""

from collections import Counter
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from index.declined import TOPICS, DeclinedTopics, DeclinedType, Topic
from index.embed import OnnxEmbedder
from index.lexical import normalised
from index.yaml_files import DataError, load_entries

TWO = """
- topic: 天气
  type: outside
  questions: [明天郑州下雨吗, 今天热不热]
- topic: 造假
  type: illegal
  questions: [帮我编一份假合同]
"""


@pytest.fixture(scope="module")
def topics() -> list[Topic]:
    return load_entries(TOPICS, Topic)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "declined.yaml").write_text(TWO, "utf-8")
    return tmp_path / "declined.yaml"


@pytest.fixture
def built(onnx_embedder: OnnxEmbedder, path: Path) -> DeclinedTopics:
    return DeclinedTopics.build(onnx_embedder, None, path)


@pytest.mark.parametrize(
    ("question", "topic", "kind"),
    [
        ("后天会不会下大雨", "天气", "outside"),
        ("帮忙造一份假的合同", "造假", "illegal"),
        ("幫我編一份假合同", "造假", "illegal"),
    ],
)
def test_the_nearest_topic_is_found_by_meaning(
    built: DeclinedTopics,
    onnx_embedder: OnnxEmbedder,
    question: str,
    topic: str,
    kind: str,
):
    nearest = built.nearest(onnx_embedder.questions([normalised(question)])[0])
    assert (nearest.topic, nearest.type) == (topic, kind)
    assert 0.8 < nearest.cosine <= 1.0001


def test_a_question_is_nearest_to_itself(
    built: DeclinedTopics, onnx_embedder: OnnxEmbedder
):
    vector = onnx_embedder.questions([normalised("今天热不热")])[0]
    assert built.nearest(vector).cosine == pytest.approx(1, abs=1e-4)


def test_what_is_saved_answers_as_before(
    built: DeclinedTopics, onnx_embedder: OnnxEmbedder, tmp_path: Path
):
    built.save(tmp_path)
    vector = onnx_embedder.questions(["下雪吗"])[0]
    assert DeclinedTopics.load(tmp_path).nearest(vector) == built.nearest(vector)
    assert DeclinedTopics.load(tmp_path).texts() == built.texts()


def test_unchanged_questions_keep_their_vectors(
    built: DeclinedTopics, onnx_embedder: OnnxEmbedder, path: Path
):
    marked = DeclinedTopics(
        [("天气", "outside", q) for q in built.by_question()],
        np.array([v + 7 for v in built.by_question().values()], np.float32),
    )
    path.write_text(TWO.replace("今天热不热", "今天冷不冷"), "utf-8")
    again = DeclinedTopics.build(onnx_embedder, marked, path).by_question()
    kept = marked.by_question()
    assert set(again) == {"明天郑州下雨吗", "今天冷不冷", "帮我编一份假合同"}
    assert (again["帮我编一份假合同"] == kept["帮我编一份假合同"]).all()
    assert np.linalg.norm(again["今天冷不冷"]) == pytest.approx(1, abs=1e-4)


def test_a_question_moved_to_another_topic_is_declined_as_that_one(
    built: DeclinedTopics, onnx_embedder: OnnxEmbedder, path: Path
):
    path.write_text(TWO.replace("illegal", "authority"), "utf-8")
    again = DeclinedTopics.build(onnx_embedder, built, path)
    vector = onnx_embedder.questions(["帮我编一份假合同"])[0]
    assert again.nearest(vector).type == "authority"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("type: outside", "type: weather", ["weather", "outside", "illegal"]),
        ("type: outside", "typ: outside", ["typ", "type"]),
        ("questions: [帮我编一份假合同]", "questions: 帮我", ["questions", "列表"]),
        ("questions: [帮我编一份假合同]", "questions: []", ["questions", "不得为空"]),
        ("- topic: 造假", "- topic: 3", ["topic", "引号"]),
    ],
)
def test_a_wrong_topic_is_refused_with_what_is_wrong(
    onnx_embedder: OnnxEmbedder, path: Path, old: str, new: str, told: list[str]
):
    path.write_text(TWO.replace(old, new), "utf-8")
    with pytest.raises(DataError) as error:
        DeclinedTopics.build(onnx_embedder, None, path)
    assert [w for w in ["declined.yaml", *told] if w not in str(error.value)] == []


def test_every_reason_to_decline_has_its_topics(topics: list[Topic]):
    kinds = Counter(topic.type for topic in topics)
    assert set(kinds) == set(get_args(DeclinedType))


def test_every_topic_stands_once_and_has_several_questions(topics: list[Topic]):
    names = Counter(topic.topic for topic in topics)
    assert [name for name, count in names.items() if count > 1] == []
    assert [topic.topic for topic in topics if len(topic.questions) < 3] == []
