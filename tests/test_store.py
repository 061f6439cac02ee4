"""Vectors in Chroma: embedded and on a server alike, and always our own."""

import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from checkout import Checkout
from chroma_server import chroma_server, free_port

from index.embed import OnnxEmbedder
from index.ranking import Query
from index.read import Corpus, read_corpus
from index.search import ClauseIndex
from index.store import NATION, StoreError, VectorStore, connect, group_of
from index.units import Unit, units

DAY = date(2026, 11, 22)
GROUPS = (NATION, "河南省", "湖北省")
QUESTIONS = (
    "盖个养老院一张床给多少钱",
    "种茶树补贴",
    "小微企业社保能不能晚点交",
    "水电价格",
)
# Writes, reads and asks with nothing but our own vectors; anything else that is
# opened, imported or connected to is told.
WATCHED = """
import sys
told = []
def watch(event, details):
    if event == "import" and details[0].split(".")[0] in ("tokenizers", "onnxruntime"):
        told.append(details[0])
    if event in ("socket.connect", "socket.getaddrinfo"):
        told.append(repr(details[1:]))
    if event == "open" and str(details[0]).endswith((".onnx", ".tar.gz")):
        told.append(str(details[0]))
sys.addaudithook(watch)
from pathlib import Path
import numpy as np
from index.store import VectorStore, connect
from index.units import Unit
store = VectorStore(connect(Path(sys.argv[1])), "watched", ["nation"])
store.create()
vectors = np.eye(20, 384, dtype=np.float32)
own = [Unit("a#一", "a", "clause", i, f"text {i}", ()) for i in range(20)]
store.add(own, vectors)
again = VectorStore(connect(Path(sys.argv[1])), "watched", ["nation"])
assert again.nearest("nation", vectors[3], 1)[0][0] == own[3].id
assert len(again.vectors("nation", [u.id for u in own])) == 20
print(*told, sep="\\n")
"""


@pytest.fixture(scope="module")
def tiny_corpus(program: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    program.begin(tmp_path_factory.mktemp("unbuilt"))
    return read_corpus(program.folder / "index")


@pytest.fixture(scope="module")
def rows(tiny_corpus: Corpus) -> list[Unit]:
    return list(units(tiny_corpus, {}))


@pytest.fixture(scope="module")
def vectors(rows: list[Unit], onnx_embedder: OnnxEmbedder) -> np.ndarray:
    return onnx_embedder.passages([unit.text for unit in rows])


@pytest.fixture
def web_server() -> Iterator[str]:
    """The URL of something that speaks HTTP and is no Chroma."""
    handler = http.server.BaseHTTPRequestHandler
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def filled(folder: Path, url: str, build: str, rows: list[Unit], vectors: np.ndarray):
    store = VectorStore(connect(folder, url), build, GROUPS)
    store.create()
    store.add(rows, vectors)
    return VectorStore(connect(folder, url), build, GROUPS)


@pytest.fixture
def here(tmp_path: Path, rows: list[Unit], vectors: np.ndarray) -> VectorStore:
    """The tiny texts in a store of this process."""
    return filled(tmp_path / "here", "", "here", rows, vectors)


def test_a_server_ranks_as_the_embedded_store_does(
    here: VectorStore,
    chroma_url: str,
    rows: list[Unit],
    vectors: np.ndarray,
    onnx_embedder: OnnxEmbedder,
    tmp_path: Path,
):
    there = filled(tmp_path, chroma_url, "there", rows, vectors)
    for question in QUESTIONS:
        vector = onnx_embedder.questions([question])[0]
        for group in GROUPS:
            mine, theirs = (s.nearest(group, vector, 99) for s in (here, there))
            assert [unit for unit, _ in mine] == [unit for unit, _ in theirs]
            scores = [score for _, score in theirs]
            assert [score for _, score in mine] == pytest.approx(scores, abs=1e-5)
    there.drop()


def test_an_index_on_a_server_answers_as_the_embedded_one_sixteen_at_once_too(
    checkout: Checkout, chroma_url: str, onnx_embedder: OnnxEmbedder
):
    here = ClauseIndex.open(checkout.index, onnx_embedder)
    checkout.build(chroma_url)
    there = ClauseIndex.open(checkout.index, onnx_embedder, chroma_url)
    for question in QUESTIONS:
        mine, theirs = (i.search(Query(question, DAY), 99).hits for i in (here, there))
        assert [hit.clause for hit in mine] == [hit.clause for hit in theirs]
        scores = [hit.score for hit in theirs]
        assert [hit.score for hit in mine] == pytest.approx(scores, abs=1e-4)
    queries = [Query(question, DAY) for question in QUESTIONS * 8]
    alone = [there.search(query).hits for query in queries]
    with ThreadPoolExecutor(16) as threads:
        together = list(threads.map(lambda query: there.search(query).hits, queries))
    assert together == alone


def test_the_nearest_are_those_that_numpy_finds(
    here: VectorStore,
    rows: list[Unit],
    vectors: np.ndarray,
    onnx_embedder: OnnxEmbedder,
):
    for question in QUESTIONS:
        vector = onnx_embedder.questions([question])[0]
        for group in GROUPS:
            own = [i for i, u in enumerate(rows) if group_of(u.place) == group]
            cosines = {rows[i].id: float(vectors[i] @ vector) for i in own}
            expected = sorted(cosines, key=lambda unit: -cosines[unit])[:3]
            found = here.nearest(group, vector, 3)
            assert [unit for unit, _ in found] == expected
            told = [cosine for _, cosine in found]
            assert told == pytest.approx([cosines[u] for u in expected], abs=1e-4)


def test_vectors_come_back_as_they_were_given(
    here: VectorStore, rows: list[Unit], vectors: np.ndarray
):
    found: dict[str, np.ndarray] = {}
    for group in GROUPS:
        found |= here.vectors(group, [unit.id for unit in rows])
    assert set(found) == {unit.id for unit in rows}
    for unit, vector in zip(rows, vectors, strict=True):
        assert found[unit.id] == pytest.approx(vector, abs=1e-6)
    assert here.vectors("湖北省", ["no such unit"]) == {}
    assert here.vectors("广东省", [rows[0].id]) == {}


def test_only_the_documents_asked_for_are_searched(
    checkout: Checkout, here: VectorStore, vectors: np.ndarray, rows: list[Unit]
):
    found = here.nearest("河南省", vectors[0], 99, ["zhengzhou"])
    own = {unit.id for unit in rows if unit.document == "zhengzhou"}
    assert {unit for unit, _ in found} == own
    assert here.nearest("河南省", vectors[0], 99, ["hubei"]) == []


def test_more_vectors_than_one_batch_are_all_kept(tmp_path: Path):
    count = 2345
    rows = [Unit("a#一", "a", "clause", i, str(i), ()) for i in range(count)]
    vectors = np.random.default_rng(1).normal(size=(count, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    store = VectorStore(connect(tmp_path), "many", [NATION])
    store.create()
    store.add(rows, vectors)
    assert len(store.vectors(NATION, [unit.id for unit in rows])) == count
    assert store.nearest(NATION, vectors[2344], 1)[0][0] == rows[2344].id


def test_creating_again_replaces_what_a_killed_build_left(
    here: VectorStore, rows: list[Unit], vectors: np.ndarray
):
    here.create()
    assert here.is_complete()
    assert here.vectors("湖北省", [unit.id for unit in rows]) == {}
    here.add(rows, vectors)
    assert here.nearest("湖北省", vectors[0], 1)


def test_dropping_a_build_leaves_the_others(
    here: VectorStore, rows: list[Unit], vectors: np.ndarray, tmp_path: Path
):
    other = filled(tmp_path / "here", "", "other", rows, vectors)
    other.drop()
    assert (here.is_complete(), other.is_complete()) == (True, False)
    with pytest.raises(StoreError, match="python -m index build"):
        other.check()
    assert here.nearest("湖北省", vectors[0], 1)


def test_a_collection_that_is_gone_is_told_with_the_remedy(
    here: VectorStore, vectors: np.ndarray, tmp_path: Path
):
    here.drop()
    fresh = VectorStore(connect(tmp_path / "here"), "here", GROUPS)
    with pytest.raises(StoreError, match=r"policies-here-2.*python -m index build"):
        fresh.nearest("湖北省", vectors[0], 1)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://127.0.0.1:{port}", "连不上"),
        ("https://127.0.0.1:{port}", "连不上"),
        ("http://127.0.0.1:{port}/path", "连不上"),
        ("http://127.0.0.1:99999", "连不上"),
        ("127.0.0.1:{port}", "http://主机:端口"),
        ("localhost:{port}", "http://主机:端口"),
        ("ftp://127.0.0.1:{port}", "http://主机:端口"),
        ("http://", "http://主机:端口"),
        (" ", "http://主机:端口"),
    ],
)
def test_a_server_that_cannot_be_reached_is_told_in_chinese(
    tmp_path: Path, url: str, told: str
):
    url = url.format(port=free_port())
    with pytest.raises(StoreError, match=told) as error:
        connect(tmp_path, url)
    assert url in str(error.value)
    assert "POLICY_CHROMA_URL" in str(error.value)


def test_a_server_that_is_no_chroma_is_told_in_chinese(tmp_path: Path, web_server: str):
    with pytest.raises(StoreError, match="连不上"):
        connect(tmp_path, web_server)


def test_a_server_that_dies_while_it_is_used_is_told_in_chinese(
    rows: list[Unit], vectors: np.ndarray, tmp_path: Path
):
    (tmp_path / "server").mkdir()
    with chroma_server(tmp_path / "server") as url:
        store = filled(tmp_path, url, "dying", rows, vectors)
        assert store.nearest("湖北省", vectors[0], 1)
    for group in ("湖北省", NATION):  # the one asked before, and one not yet opened
        with pytest.raises(StoreError, match=f"连不上.*{url}"):
            store.nearest(group, vectors[0], 1)


def test_what_a_server_holds_outlives_it(
    rows: list[Unit], vectors: np.ndarray, tmp_path: Path
):
    (tmp_path / "server").mkdir()
    with chroma_server(tmp_path / "server") as url:
        before = filled(tmp_path, url, "kept", rows, vectors).nearest(
            "湖北省", vectors[0], 3
        )
    with chroma_server(tmp_path / "server") as url:
        store = VectorStore(connect(tmp_path, url), "kept", GROUPS)
        assert store.nearest("湖北省", vectors[0], 3) == before


def test_no_collection_has_a_model_of_its_own(here: VectorStore, tmp_path: Path):
    for collection in connect(tmp_path / "here").list_collections():
        own = collection.configuration_json["embedding_function"]
        assert own in (None, {"type": "legacy"})  # both of which say: none


def test_no_model_is_loaded_or_fetched_and_nothing_connected_to(tmp_path: Path):
    result = subprocess.run(
        [sys.executable, "-c", WATCHED, str(tmp_path / "store")],
        cwd=Path(__file__).parent.parent,
        env={"HOME": str(tmp_path / "home"), "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert (result.returncode, result.stdout.strip(), result.stderr) == (0, "", "")
    assert not (tmp_path / "home").exists()
