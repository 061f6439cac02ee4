"""A build stands beside the old one until it is whole; nothing is embedded twice."""

import json
import random
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import pytest
from checkout import TEXTS, Checkout
from chromadb.api import ClientAPI

from index.build import CURRENT, MANIFEST, VERSION, build_index, current_manifest
from index.embed import OnnxEmbedder
from index.paraphrases import load_paraphrases
from index.ranking import Query
from index.read import Corpus, read_corpus
from index.search import ClauseIndex, IndexMissing
from index.store import StoreError, connect
from index.units import CLAUSE, SENTENCE, units

DAY = date(2026, 11, 22)
BED = "盖个养老院，一张床补贴多少钱"
KILLS = 10

Ask = Callable[[Checkout], tuple[str, str]]


@pytest.fixture
def ask(onnx_embedder: OnnxEmbedder) -> Ask:
    """The id and text of the best clause for BED, from an index opened anew."""

    def ask(checkout: Checkout, chroma_url: str = "") -> tuple[str, str]:
        index = ClauseIndex.open(checkout.index, onnx_embedder, chroma_url)
        return best(index)

    return ask


def best(index: ClauseIndex) -> tuple[str, str]:
    clause = index.search(Query(BED, DAY)).hits[0].clause
    return clause.id, clause.text


def manifest_of(checkout: Checkout) -> dict[str, object]:
    build = (checkout.index / CURRENT).read_text("utf-8")
    return json.loads((checkout.index / build / MANIFEST).read_text("utf-8"))


def raise_to(checkout: Checkout, yuan: int) -> None:
    """Change one sentence of one clause."""
    text = TEXTS["zhengzhou"].replace("5000元", f"{yuan}元")
    checkout.write_texts(zhengzhou=text)


def state(folder: Path) -> dict[str, int]:
    return {
        str(path.relative_to(folder)): path.stat().st_mtime_ns
        for path in folder.rglob("*")
        if path.is_file() and "chroma" not in path.parts and path.name != CURRENT
    }


def test_a_second_build_does_nothing(
    corpus: Corpus, onnx_embedder: OnnxEmbedder, index_folder: Path
):
    before, files = current_manifest(index_folder), state(index_folder)
    done: list[int] = []
    again = build_index(
        corpus, onnx_embedder, index_folder, "", lambda n, _: done.append(n)
    )
    assert again == before
    assert done == []
    assert state(index_folder) == files


def test_the_manifest_says_what_was_built(
    corpus: Corpus, onnx_embedder: OnnxEmbedder, index_folder: Path
):
    manifest = current_manifest(index_folder)
    assert manifest
    rows = list(units(corpus, load_paraphrases(corpus)))
    assert (manifest.version, manifest.model) == (VERSION, onnx_embedder.name)
    assert manifest.dimension == onnx_embedder.dimension == 384
    assert (manifest.clauses, manifest.units) == (len(corpus.clauses), len(rows))
    assert set(manifest.groups) == {"河南省", "湖北省"}


def test_a_changed_clause_embeds_only_its_own_units(checkout: Checkout, ask: Ask):
    assert manifest_of(checkout)["embedded"] == manifest_of(checkout)["units"]
    raise_to(checkout, 6000)
    corpus = read_corpus(checkout.folder / "index")
    kinds = [
        unit.kind
        for unit in units(corpus, {})
        if unit.clause == "zhengzhou#第二条" and "6000元" in unit.text
    ]
    checkout.build()
    assert kinds == [CLAUSE, SENTENCE]
    assert manifest_of(checkout)["embedded"] == len(kinds)
    assert "6000元" in ask(checkout)[1]


def test_among_the_five_texts_too_only_what_changed_is_embedded(
    corpus: Corpus, onnx_embedder: OnnxEmbedder, index_folder: Path, tmp_path: Path
):
    before = current_manifest(index_folder)
    shutil.copytree(index_folder, tmp_path / "index")
    clause = corpus.clauses["hubei-2023#十二"]
    longer = replace(clause, text=f"{clause.text}另行通知。")
    changed = replace(corpus, clauses=corpus.clauses | {clause.id: longer})
    steps: list[tuple[int, int]] = []
    after = build_index(
        changed, onnx_embedder, tmp_path / "index", "", lambda *at: steps.append(at)
    )
    assert steps == [(1, 1)]
    assert after == replace(before, build=after.build, corpus=after.corpus, embedded=1)
    index = ClauseIndex.open(tmp_path / "index", onnx_embedder)
    assert index.library.clause(clause.id) == longer


def test_a_new_question_embeds_only_itself(checkout: Checkout, ask: Ask):
    question = "床位奖补"
    checkout.write("paraphrases/more.yaml", {"zhengzhou#第三条": [question]})
    checkout.build()
    assert manifest_of(checkout)["embedded"] == 1


def test_a_document_that_is_gone_is_found_no_more(checkout: Checkout, ask: Ask):
    (checkout.folder / "index/corpus/zhengzhou.txt").unlink()
    del checkout.texts["zhengzhou"]
    checkout.write_texts()
    checkout.write("paraphrases/all.yaml", {})
    checkout.build()
    assert manifest_of(checkout)["embedded"] == 0
    assert manifest_of(checkout)["groups"] == ["nation", "湖北省"]
    assert not ask(checkout)[0].startswith("zhengzhou")


def test_taken_over_vectors_rank_as_new_ones_do(
    checkout: Checkout, onnx_embedder: OnnxEmbedder
):
    raise_to(checkout, 6000)
    checkout.build()
    reused = ClauseIndex.open(checkout.index, onnx_embedder)
    checkout.data = checkout.data.with_name("anew")
    checkout.build()
    anew = ClauseIndex.open(checkout.index, onnx_embedder)
    assert anew.manifest == replace(reused.manifest, embedded=anew.manifest.units)
    found, again = (i.search(Query(BED, DAY), 99).hits for i in (reused, anew))
    assert [h.clause.id for h in found] == [h.clause.id for h in again]
    assert [h.score for h in found] == pytest.approx([h.score for h in again], abs=1e-5)


def test_without_an_index_the_message_says_how_to_build_one(
    tmp_path: Path, onnx_embedder: OnnxEmbedder
):
    with pytest.raises(IndexMissing, match="python -m index build"):
        ClauseIndex.open(tmp_path / "index", onnx_embedder)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"model": "bge-m3"}, ["bge-m3", "384", "e5-small", "POLICY_MODEL"]),
        ({"dimension": 1024}, ["1024", "POLICY_MODEL"]),
        ({"version": VERSION - 1}, [str(VERSION - 1), str(VERSION)]),
        ({"version": VERSION + 1, "colour": "red"}, [str(VERSION + 1)]),
    ],
)
def test_an_index_of_another_model_or_version_is_refused(
    index_folder: Path,
    onnx_embedder: OnnxEmbedder,
    tmp_path: Path,
    change: dict[str, object],
    told: list[str],
):
    manifest = asdict(current_manifest(index_folder)) | change
    (tmp_path / manifest["build"]).mkdir()
    (tmp_path / manifest["build"] / MANIFEST).write_text(json.dumps(manifest), "utf-8")
    (tmp_path / CURRENT).write_text(manifest["build"], "utf-8")
    with pytest.raises(IndexMissing) as error:
        ClauseIndex.open(tmp_path, onnx_embedder)
    words = [*told, "python -m index build"]
    assert [word for word in words if word not in str(error.value)] == []


def test_an_index_of_another_version_is_rebuilt_whole(checkout: Checkout, ask: Ask):
    path = checkout.index / str(manifest_of(checkout)["build"]) / MANIFEST
    older = manifest_of(checkout) | {"version": VERSION - 1}
    path.write_text(json.dumps(older), "utf-8")
    checkout.build()
    assert manifest_of(checkout)["version"] == VERSION
    assert manifest_of(checkout)["embedded"] == manifest_of(checkout)["units"]
    assert ask(checkout)[0] == "zhengzhou#第二条"


def test_older_builds_go_and_the_one_before_stays(checkout: Checkout):
    seen = [manifest_of(checkout)["build"]]
    for yuan in (6000, 7000):
        raise_to(checkout, yuan)
        checkout.build()
        seen.append(manifest_of(checkout)["build"])
        assert checkout.builds == set(seen[-2:])
    assert len(set(seen)) == 3


def test_a_reader_opened_before_a_rebuild_still_answers_after_it(
    checkout: Checkout, ask: Ask, onnx_embedder: OnnxEmbedder
):
    reader = ClauseIndex.open(checkout.index, onnx_embedder)
    raise_to(checkout, 6000)
    checkout.build()
    assert "5000元" in best(reader)[1]
    assert "6000元" in ask(checkout)[1]
    raise_to(checkout, 5000)  # back again: the build of before is still there
    checkout.build()
    assert "5000元" in best(reader)[1]
    assert "5000元" in ask(checkout)[1]
    assert len(checkout.builds) == 2


def test_killed_at_any_moment_the_old_index_still_answers(checkout: Checkout, ask: Ask):
    span = _time_to_build(checkout, 1000)
    chance, killed, switched = random.Random(1), 0, 0
    standing = 1000
    for number in range(KILLS):
        new = 1001 + number
        raise_to(checkout, new)
        build = _begin(checkout)
        time.sleep(span * (number + chance.random()) / KILLS)
        killed += checkout.kill(build) != 0
        clause, text = ask(checkout)
        assert clause == "zhengzhou#第二条"
        assert f"{standing}元" in text or f"{new}元" in text
        if f"{new}元" in text:
            standing, switched = new, switched + 1
    assert killed, "no build was caught while it ran"
    assert switched < KILLS, "no build was caught before it was whole"
    raise_to(checkout, 2000)
    checkout.build()
    assert "2000元" in ask(checkout)[1]
    assert len(checkout.builds) == 2  # what the killed ones left is gone


def _begin(checkout: Checkout) -> int:
    """Start a build and wait until its folder appears."""
    before = checkout.builds
    build = checkout.start()
    while checkout.builds <= before:
        time.sleep(0.001)
    return build


def _time_to_build(checkout: Checkout, yuan: int) -> float:
    """Seconds from the folder of a new build to its end."""
    raise_to(checkout, yuan)
    _begin(checkout)
    started = time.monotonic()
    assert checkout.wait() == 0
    return time.monotonic() - started


def test_a_first_build_that_was_killed_leaves_no_index(checkout: Checkout, ask: Ask):
    checkout.data = checkout.data.with_name("empty")
    checkout.index.mkdir(parents=True)
    checkout.kill(_begin(checkout))
    with pytest.raises(IndexMissing):
        ask(checkout)
    checkout.build()
    assert ask(checkout)[0] == "zhengzhou#第二条"


def test_a_build_may_move_between_the_embedded_store_and_a_server(
    checkout: Checkout, ask: Ask, chroma_url: str
):
    expected = ask(checkout)
    with pytest.raises(StoreError, match="python -m index build"):
        ask(checkout, chroma_url)
    checkout.build(chroma_url)
    assert ask(checkout, chroma_url) == expected
    with pytest.raises(StoreError, match="python -m index build"):
        ask(checkout)
    checkout.build()
    assert ask(checkout) == expected


def test_a_server_that_lost_its_data_is_filled_again(
    checkout: Checkout, ask: Ask, chroma_url: str
):
    checkout.build(chroma_url)
    client = connect(checkout.data, chroma_url)
    build = str(manifest_of(checkout)["build"])
    for name in collections(client):
        if build in name:
            client.delete_collection(name)
    checkout.build(chroma_url)
    assert ask(checkout, chroma_url)[0] == "zhengzhou#第二条"


def test_the_server_keeps_collections_of_two_builds_only(
    checkout: Checkout, ask: Ask, chroma_url: str
):
    client = connect(checkout.data, chroma_url)
    others = set(collections(client))
    raise_to(checkout, 6000)
    checkout.build(chroma_url)
    raise_to(checkout, 7000)
    killed = checkout.start(chroma_url)
    while len(set(collections(client)) - others) <= 3:
        time.sleep(0.001)
    checkout.kill(killed)  # it had begun its collections
    assert "6000元" in ask(checkout, chroma_url)[1]
    raise_to(checkout, 8000)
    checkout.build(chroma_url)
    assert "8000元" in ask(checkout, chroma_url)[1]
    assert len(set(collections(client)) - others) == 2 * 3


def collections(client: ClientAPI) -> list[str]:
    return [collection.name for collection in client.list_collections()]
