"""Fixtures that several test files share."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from checkout import Checkout
from chroma_server import chroma_server
from playwright.sync_api import Browser, sync_playwright
from postgres_server import empty_database, postgres_server, programs

from assistant import grounding
from assistant.answer import Answer
from assistant.chat import Assistant
from assistant.rules import Rulebook, load_rulebook, rulebook_of
from eval.cases import Case
from eval.gate import gate_cases
from eval.run import Run, run_cases
from index.build import CURRENT, build_index, current_manifest
from index.embed import Embedder, OnnxEmbedder, load_embedder
from index.model import build_model
from index.read import Corpus, read_corpus
from index.search import ClauseIndex

ROOT = Path(__file__).parent.parent
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-background-networking"]


@pytest.fixture(autouse=True)
def every_sentence_is_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    """A number without its source is an error here, not a sentence withheld."""
    monkeypatch.setattr(grounding, "strict", True)


@pytest.fixture(scope="session")
def model_folder() -> Path:
    """The bundled embedding model, built where the program keeps it."""
    return build_model(ROOT / "var/model/multilingual-e5-small")


@pytest.fixture(scope="session")
def onnx_embedder(model_folder: Path) -> OnnxEmbedder:
    return OnnxEmbedder(model_folder)


@pytest.fixture(scope="session")
def torch_embedder(
    model_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Embedder:
    """The same model as sentence-transformers runs it: a folder without `onnx`."""
    folder = tmp_path_factory.mktemp("model")
    for path in model_folder.iterdir():
        if path.name != "onnx":
            (folder / path.name).symlink_to(path)
    return load_embedder(folder)


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    """The five texts as read, front matter included."""
    return read_corpus()


@pytest.fixture(scope="session")
def index_folder(
    corpus: Corpus,
    onnx_embedder: OnnxEmbedder,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The index of the five texts, `index` in a data folder of its own.

    It begins as a copy of the program's, which saves the embedding of 2,000 texts.
    """
    folder = tmp_path_factory.mktemp("data") / "index"
    kept = ROOT / "var/index"
    if manifest := current_manifest(kept):
        shutil.copytree(kept / manifest.build, folder / manifest.build)
        shutil.copy(kept / CURRENT, folder)
    build_index(corpus, onnx_embedder, folder)
    return folder


@pytest.fixture(scope="session")
def clause_index(index_folder: Path, onnx_embedder: OnnxEmbedder) -> ClauseIndex:
    """The index of the five texts, opened."""
    return ClauseIndex.open(index_folder, onnx_embedder)


@pytest.fixture(scope="session")
def assistant(clause_index: ClauseIndex) -> Assistant:
    return Assistant(clause_index, rulebook_of(clause_index.library))


@pytest.fixture
def settings(
    monkeypatch: pytest.MonkeyPatch, index_folder: Path, model_folder: Path
) -> None:
    """The environment of the commands: the index and the model of the tests."""
    monkeypatch.setenv("POLICY_DATA", str(index_folder.parent))
    monkeypatch.setenv("POLICY_MODEL", str(model_folder))
    monkeypatch.delenv("POLICY_CHROMA_URL", raising=False)
    monkeypatch.delenv("POLICY_DATABASE_URL", raising=False)


@pytest.fixture(scope="session")
def runs(assistant: Assistant) -> Iterator[list[Run]]:
    """Every case of our own as answered and graded."""
    was, grounding.strict = grounding.strict, True
    yield run_cases(assistant, gate_cases())
    grounding.strict = was


@pytest.fixture(scope="session")
def answers(runs: list[Run]) -> list[tuple[Case, Answer]]:
    """Each of our own cases with the answer to its first question."""
    return [(run.case, run.turns[0].answer) for run in runs]


@pytest.fixture(scope="session")
def chroma_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Chroma server that runs as long as the tests."""
    with chroma_server(tmp_path_factory.mktemp("chroma")) as url:
        yield url


@pytest.fixture(scope="session")
def program(
    model_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Checkout]:
    """A copy of the program, for tests that change its texts."""
    program = Checkout(tmp_path_factory.mktemp("program"), model_folder)
    yield program
    program.close()


@pytest.fixture(scope="session")
def tiny_data(program: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the index of three tiny texts; not to be changed."""
    program.begin(tmp_path_factory.mktemp("tiny"))
    program.build()
    return program.data


@pytest.fixture
def checkout(program: Checkout, tiny_data: Path, tmp_path: Path) -> Checkout:
    """A copy of the program with three tiny texts, built; to be changed at will."""
    shutil.copytree(tiny_data, tmp_path / "var")
    program.begin(tmp_path / "var")
    return program


@pytest.fixture(scope="session")
def rulebook(corpus: Corpus) -> Rulebook:
    """The rulebook, checked against the texts as read."""
    return load_rulebook(corpus.clauses, corpus.documents)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server that runs as long as the tests."""
    if programs() is None:
        pytest.skip("no PostgreSQL server is installed here")
    with postgres_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, of each kind that the program runs on."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'data' / 'turns.db'}"
    return empty_database(request.getfixturevalue("postgres"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, skipped where there is none; its event loop ends with the module."""
    if not CHROMIUM.exists():
        pytest.skip(f"there is no {CHROMIUM} on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=ARGUMENTS, headless=True
        )
        yield browser
        browser.close()
