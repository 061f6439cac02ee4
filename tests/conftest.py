"""Fixtures that several test files share."""

from pathlib import Path

import pytest

from index.embed import Embedder, OnnxEmbedder, load_embedder
from index.model import build_model
from index.read import Corpus, read_corpus

ROOT = Path(__file__).parent.parent


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
