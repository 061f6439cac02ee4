import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from index.embed import (
    Embedder,
    EmbedderError,
    OnnxEmbedder,
    SentenceTransformerEmbedder,
    load_embedder,
)

ROOT = Path(__file__).parent.parent
QUESTIONS = [
    "设备更新改造能补多少钱？",
    "企业首次认定专精特新小巨人奖励多少",
    "我们公司想申请贷款贴息，利率怎么算",
    "小微企业租国有房产能免几个月房租",
    "参加展会的展位费给不给补助？",
    "上市奖励怎么发",
    "招用高校毕业生有没有社保补贴",
    "数字化转型试点城市有什么支持",
]
ODD_STRINGS = [
    "ＡＢＣ１２３％（全角）",
    "鄭州市對中小企業的補貼",
    "补贴 5,000 万元,  不超过3%",
    "①第一 ②第二 Ⅲ、第三",
    "制表\t换行\n全角空格\u3000零宽\u200b结束",
    "apply for 技改补贴 before 2025-12-31",
    "👍🏻 OK，№5 ℃ ㎡ ½",
    "한국어 и русский, ไทย, العربية",
    "𠀀𪛖〇〔2022〕14号",
    "",
    "。",
]


def corpus_lines(count: int, shortest: int = 2) -> list[str]:
    """Lines of the policies, evenly spread, each cut at 200 characters."""
    lines = [
        line.strip()[:200]
        for path in sorted((ROOT / "index/corpus").glob("*.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if len(line.strip()) >= shortest
    ]
    unique = list(dict.fromkeys(lines))
    return unique[:: max(1, len(unique) // count)][:count]


def test_both_tokenizers_give_the_same_ids(
    onnx_embedder: OnnxEmbedder, model_folder: Path
):
    from transformers import AutoTokenizer

    reference = AutoTokenizer.from_pretrained(model_folder, local_files_only=True)
    texts = [*corpus_lines(200), *QUESTIONS, *ODD_STRINGS]
    assert len(texts) >= 200
    for text in (f"query: {text}".strip() for text in texts):
        assert onnx_embedder.token_ids(text) == reference(text)["input_ids"]


def test_both_engines_rank_alike(onnx_embedder: OnnxEmbedder, torch_embedder: Embedder):
    passages = corpus_lines(50, shortest=30)
    scores = [
        embedder.questions(QUESTIONS) @ embedder.passages(passages).T
        for embedder in (onnx_embedder, torch_embedder)
    ]
    assert np.abs(scores[0] - scores[1]).max() < 0.01
    ours, theirs = (np.argsort(-score, axis=1) for score in scores)
    best = -np.sort(-scores[1], axis=1)
    clear = best[:, 0] - best[:, 1] > 0.01
    assert clear.sum() >= 3
    assert (ours[clear, 0] == theirs[clear, 0]).all()
    shared = [len(set(a[:3]) & set(b[:3])) for a, b in zip(ours, theirs, strict=True)]
    assert min(shared) >= 2
    assert np.mean(shared) >= 2.5


def test_vectors_are_unit_float32_rows(
    onnx_embedder: OnnxEmbedder, torch_embedder: Embedder
):
    for embedder in (onnx_embedder, torch_embedder):
        assert embedder.dimension == 384
        for embed in (embedder.questions, embedder.passages):
            vectors = embed(["补贴", ""])
            assert (vectors.shape, vectors.dtype) == ((2, 384), np.float32)
            assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
            assert embed([]).shape == (0, 384)


def test_questions_and_passages_get_their_own_prompts(
    onnx_embedder: OnnxEmbedder, torch_embedder: Embedder
):
    for ours, theirs in (
        (onnx_embedder.questions, torch_embedder.questions),
        (onnx_embedder.passages, torch_embedder.passages),
    ):
        cosines = (ours(QUESTIONS) * theirs(QUESTIONS)).sum(axis=1)
        assert cosines.min() > 0.998
    question = onnx_embedder.questions(QUESTIONS)
    assert (question * onnx_embedder.passages(QUESTIONS)).sum(axis=1).max() < 0.998


def test_a_vector_does_not_depend_on_its_neighbours(onnx_embedder: OnnxEmbedder):
    alone = np.concatenate([onnx_embedder.questions([text]) for text in QUESTIONS])
    assert np.array_equal(onnx_embedder.questions(QUESTIONS), alone)


def test_sixteen_threads_get_the_vectors_of_one(onnx_embedder: OnnxEmbedder):
    texts = corpus_lines(48)
    with ThreadPoolExecutor(16) as pool:
        parallel = list(pool.map(lambda text: onnx_embedder.passages([text])[0], texts))
    assert np.allclose(parallel, onnx_embedder.passages(texts), atol=1e-6)


def test_sixteen_threads_may_share_the_torch_model(torch_embedder: Embedder):
    texts = QUESTIONS * 2
    with ThreadPoolExecutor(16) as pool:
        parallel = list(pool.map(lambda text: torch_embedder.questions([text]), texts))
    serial = torch_embedder.questions(texts)
    assert np.allclose(np.concatenate(parallel), serial, atol=1e-5)


def test_a_text_is_cut_at_512_tokens(onnx_embedder: OnnxEmbedder):
    long = "企业可以申请补贴。" * 200
    ids = onnx_embedder.token_ids(long)
    assert (len(ids), ids[0], ids[-1]) == (512, 0, 2)
    assert onnx_embedder.passages([long]).shape == (1, 384)


def test_pieces_carry_no_space_mark(
    onnx_embedder: OnnxEmbedder, torch_embedder: Embedder
):
    expected = ["最高", "100", "万元", "loan", "s"]
    assert onnx_embedder.pieces("最高100万元 loans") == expected
    assert torch_embedder.pieces("最高100万元 loans") == expected


def test_the_name_is_that_of_the_folder(
    onnx_embedder: OnnxEmbedder, torch_embedder: Embedder
):
    assert onnx_embedder.name == "multilingual-e5-small"
    assert isinstance(torch_embedder, SentenceTransformerEmbedder)
    assert torch_embedder.name.startswith("model")


def test_a_question_needs_no_torch(model_folder: Path):
    code = (
        "import sys; from index.embed import load_embedder\n"
        "load_embedder(sys.argv[1]).questions(['补贴'])\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'tokenizers'}\n"
        "sys.exit(repr(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    command = [sys.executable, "-c", code, str(model_folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "name", ["no/such/folder", "nobody/no-such-model", "no-such-model", "/no/where"]
)
def test_an_unknown_model_names_the_setting_and_the_remedy(name: str):
    with pytest.raises(EmbedderError) as caught:
        load_embedder(name)
    assert f"no embedding model {name}" in str(caught.value)
    assert "POLICY_MODEL" in str(caught.value)
    assert "python -m index.model" in str(caught.value)


def test_a_damaged_file_names_the_folder_and_the_remedy(
    tmp_path: Path, model_folder: Path
):
    names = ("onnx/model_int8.onnx", "onnx/words_q4.npy", "sentencepiece.bpe.model")
    (tmp_path / "onnx").mkdir()
    for damaged in names:
        for name in names:
            (tmp_path / name).unlink(missing_ok=True)
            (tmp_path / name).symlink_to(model_folder / name)
        (tmp_path / damaged).unlink()
        (tmp_path / damaged).write_bytes(b"")
        with pytest.raises(EmbedderError, match=r"POLICY_MODEL.*damaged.*delete"):
            load_embedder(tmp_path)


def test_a_folder_that_holds_no_model_is_refused(tmp_path: Path):
    with pytest.raises(EmbedderError, match="POLICY_MODEL"):
        load_embedder(tmp_path)


def test_a_hub_model_is_only_looked_for_in_the_local_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    (tmp_path / "models--sentence-transformers--half").mkdir()
    with pytest.raises(EmbedderError, match=r"half \(setting POLICY_MODEL\) cannot"):
        load_embedder("half")


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(EmbedderError, match="pip install sentence-transformers"):
        load_embedder(tmp_path)
