# pyright: basic
"""Sentences to vectors with one local model; nothing is ever downloaded here."""

import json
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import (
    onnxruntime_pybind11_state as capi,  # pyright: ignore[reportAttributeAccessIssue]
)
from safetensors import SafetensorError
from sentencepiece import SentencePieceProcessor

from index.model_weights import unpack_rows

MAX_TOKENS = 512
SPACE_MARK = "\u2581"
GRAPH_FILE = "onnx/model_int8.onnx"
WORDS_FILE = "onnx/words_q4.npy"
TOKENIZER_FILE = "sentencepiece.bpe.model"
PROMPTS_FILE = "config_sentence_transformers.json"
BUILD = "python -m index.model var/model/multilingual-e5-small"
UNREADABLE = (OSError, EOFError, ValueError, KeyError, RuntimeError, SafetensorError)
# onnxruntime's errors have no common parent; these are those of a bad file
UNREADABLE_GRAPH = (
    capi.Fail,
    capi.InvalidArgument,
    capi.InvalidGraph,
    capi.InvalidProtobuf,
    capi.NoSuchFile,
    capi.NotImplemented,
    capi.RuntimeException,
)

Vectors = NDArray[np.float32]


class EmbedderError(Exception):
    """The embedding model cannot be loaded; the message says what to do."""


class Embedder(Protocol):
    """Turns questions and passages into comparable vectors."""

    name: str
    dimension: int

    def questions(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors (n, dimension) of what people ask."""
        ...

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors (n, dimension) of what is searched."""
        ...

    def pieces(self, text: str) -> list[str]:
        """The word pieces of `text` as the model reads it, without space marks."""
        ...


class OnnxEmbedder:
    """The folder of index/model.py in onnxruntime, without torch; thread-safe."""

    def __init__(self, folder: Path) -> None:
        self.name = folder.resolve().name
        try:
            self._session = _open_session(folder / GRAPH_FILE)
            self._tokenizer = SentencePieceProcessor(
                model_file=str(folder / TOKENIZER_FILE)
            )
            # mapped, not read: of the 54 MB only the rows that are used take memory
            self._words = np.load(folder / WORDS_FILE, mmap_mode="r")
            settings = json.loads((folder / PROMPTS_FILE).read_text(encoding="utf-8"))
            self._question_prompt = settings["prompts"]["query"]
            self._passage_prompt = settings["prompts"]["passage"]
        except (*UNREADABLE, *UNREADABLE_GRAPH) as error:
            raise EmbedderError(
                f"the embedding model in {folder} (setting POLICY_MODEL) is damaged: "
                f"{error}; delete the folder and run `{BUILD}`"
            ) from error
        self.dimension: int = self._session.get_outputs()[0].shape[-1]
        # Runs beyond the number of cores add memory (70 MB for 16), not speed.
        self._runs = threading.BoundedSemaphore(os.cpu_count() or 2)

    def questions(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors (n, dimension) of what people ask."""
        return self._embed([self._question_prompt + text for text in texts])

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors (n, dimension) of what is searched."""
        return self._embed([self._passage_prompt + text for text in texts])

    def pieces(self, text: str) -> list[str]:
        """The word pieces of `text` as the model reads it, without space marks."""
        return _unmarked(self._tokenizer.encode(text, out_type=str))

    def token_ids(self, text: str) -> list[int]:
        """The model's input for `text`, cut at 512 tokens with the two marks."""
        inner = self._tokenizer.encode(text)[: MAX_TOKENS - 2]
        return [self._tokenizer.bos_id(), *inner, self._tokenizer.eos_id()]

    def _embed(self, texts: Sequence[str]) -> Vectors:
        # One text at a time: int8 scales are taken over all that is in the batch, so
        # in a batch a vector would depend on its neighbours.
        vectors = np.empty((len(texts), self.dimension), np.float32)
        for place, text in enumerate(texts):
            rows = unpack_rows(self._words[self.token_ids(text)])
            with self._runs:
                (output,) = self._session.run(None, {"rows": rows[np.newaxis]})
            vectors[place] = np.asarray(output)[0]
        return vectors


class SentenceTransformerEmbedder:
    """Any other sentence-transformers model, from a folder or the local cache."""

    def __init__(self, model: str | Path) -> None:
        try:
            # imported here because it takes six seconds and 400 MB, with torch
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise EmbedderError(
                f"the model {model} (setting POLICY_MODEL) needs the package "
                "sentence-transformers: run `pip install sentence-transformers`"
            ) from error
        try:
            self._model = SentenceTransformer(str(model), local_files_only=True)
        except UNREADABLE as error:
            raise EmbedderError(
                f"the embedding model {model} (setting POLICY_MODEL) cannot be "
                f"loaded: {error}"
            ) from error
        self.name = model.resolve().name if isinstance(model, Path) else model
        self.dimension: int = self._model.encode_query("").shape[-1]
        # transformers' fast tokenizers refuse two threads at once
        self._lock = threading.Lock()

    def questions(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors (n, dimension) of what people ask."""
        return self._embed(self._model.encode_query, texts)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors (n, dimension) of what is searched."""
        return self._embed(self._model.encode_document, texts)

    def pieces(self, text: str) -> list[str]:
        """The word pieces of `text` as the model reads it, without marks."""
        with self._lock:
            return _unmarked(self._model.tokenizer.tokenize(text))

    def _embed(self, encode, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        with self._lock:
            vectors = encode(
                list(texts), normalize_embeddings=True, show_progress_bar=False
            )
        return np.asarray(vectors, np.float32)


def load_embedder(model: str | Path) -> Embedder:
    """The embedder for a model folder or a hub name that the local cache holds."""
    folder = Path(model)
    if (folder / GRAPH_FILE).exists() and (folder / WORDS_FILE).exists():
        return OnnxEmbedder(folder)
    if folder.is_dir():
        return SentenceTransformerEmbedder(folder)
    if _is_cached(str(model)):
        return SentenceTransformerEmbedder(str(model))
    raise EmbedderError(
        f"no embedding model {model}: the setting POLICY_MODEL names neither a folder "
        "nor a model in the local Hugging Face cache. Build the bundled model with "
        f"`{BUILD}`, or download this one first with `hf download {model}`"
    )


def _is_cached(name: str) -> bool:
    """Whether the hub's cache holds the model; asked without any network."""
    from huggingface_hub.constants import HF_HUB_CACHE

    # short names belong to the library's own organisation
    names = (name, f"sentence-transformers/{name}")
    return any(
        (Path(HF_HUB_CACHE) / f"models--{full.replace('/', '--')}").is_dir()
        for full in names
    )


def _open_session(graph: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    # Measured on two cores (docs/fragments/model.md): a second thread makes a passage
    # a third faster and leaves the throughput of 16 askers as it is.
    options.intra_op_num_threads = 2
    # A spinning thread burns 57 ms of processor time for a question of 8 ms, and
    # beside any other busy process it makes that question slower.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3  # errors only
    return onnxruntime.InferenceSession(
        str(graph), options, providers=["CPUExecutionProvider"]
    )


def _unmarked(pieces: Sequence[str]) -> list[str]:
    bare = (piece.removeprefix(SPACE_MARK).removeprefix("##") for piece in pieces)
    return [piece for piece in bare if piece]
