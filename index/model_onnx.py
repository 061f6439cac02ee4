# pyright: basic
"""Build the int8 ONNX graph of the sentence encoder, straight from the weights.

Written by hand rather than exported and then quantised: no torch, two seconds, and
the graph is exactly the fused operators that onnxruntime runs fastest. It takes one
text at a time, so there is no padding and no attention mask. The vocabulary table is
left out; its rows are looked up outside (see index/embed.py) and are the input.
Input `rows` (1, tokens, hidden), output `embedding` (1, hidden) of unit length.
"""

from collections.abc import Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from index.model_weights import Weights

FUSED = "com.microsoft"  # onnxruntime's own operators
# Seven bits, not eight: processors older than VNNI add two products in 16 bits, and
# 2 x 255 x 127 would not fit. The speed is the same; the cosine falls by 0.0003.
LARGEST = 63


class _Graph:
    """Nodes and initializers as they are added; names double as tensor names."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        array = np.ascontiguousarray(value)
        self.initializers.append(numpy_helper.from_array(array, name))
        return name

    def add(self, operator: str, inputs: Sequence[str], name: str, **attributes) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name

    def fused(
        self, operator: str, inputs: Sequence[str], name: str, **attributes
    ) -> str:
        return self.add(operator, inputs, name, domain=FUSED, **attributes)


def build_graph(weights: Weights) -> onnx.ModelProto:
    """The encoder with its linear layers in int8, as a model ready to save."""
    graph = _Graph()
    hidden = _embeddings(graph, weights)
    for layer in range(weights.shape.layers):
        hidden = _layer(graph, weights, f"l{layer}", hidden)
    graph.constant("token_axis", np.array([1], np.int64))
    graph.add("ReduceMean", [hidden, "token_axis"], "mean", keepdims=0)
    graph.add("LpNormalization", ["mean"], "embedding", axis=-1, p=2)
    size, floats = weights.shape.hidden, TensorProto.FLOAT
    body = helper.make_graph(
        graph.nodes,
        "multilingual-e5-small",
        [helper.make_tensor_value_info("rows", floats, [1, "tokens", size])],
        [helper.make_tensor_value_info("embedding", floats, [1, size])],
        graph.initializers,
    )
    versions = [helper.make_opsetid("", 18), helper.make_opsetid(FUSED, 1)]
    # an older format than onnx writes by itself, for onnxruntime's older releases
    return helper.make_model(body, opset_imports=versions, ir_version=9)


def quantize_columns(
    matrix: NDArray[np.float32],
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """A (in, out) matrix as int8 with one float32 scale for each output column."""
    scales = np.maximum(np.abs(matrix).max(axis=0) / LARGEST, np.float32(1e-12))
    return np.rint(matrix / scales).astype(np.int8), scales.astype(np.float32)


def _embeddings(graph: _Graph, weights: Weights) -> str:
    """Word rows + position + type, normalised."""
    size = weights.shape.hidden
    positions = weights.floats["emb.pos"].reshape(1, -1, size)
    # every token of a single text is of type 0, so its row joins the positions
    table = positions + weights.floats["emb.type"][:size]
    graph.constant("positions", table)
    graph.constant("first", np.array([0], np.int64))
    graph.constant("slice_axis", np.array([1], np.int64))
    graph.add("Shape", ["rows"], "tokens", start=1, end=2)
    graph.add("Slice", ["positions", "first", "tokens", "slice_axis"], "placed")
    graph.add("Add", ["rows", "placed"], "summed")
    scale = graph.constant("emb.ln.w", weights.floats["emb.ln.w"])
    bias = graph.constant("emb.ln.b", weights.floats["emb.ln.b"])
    return graph.add(
        "LayerNormalization",
        ["summed", scale, bias],
        "hidden",
        axis=-1,
        epsilon=weights.shape.epsilon,
    )


def _layer(graph: _Graph, weights: Weights, layer: str, hidden: str) -> str:
    """One encoder layer: attention, then feed-forward, each added and normalised.

    No product adds its bias: the operator that takes the product does so in passing.
    """
    size, heads = weights.shape.hidden, weights.shape.heads
    # one product of width 3 x hidden is faster than three
    names = [f"{layer}.{part}" for part in "qkv"]
    joined = _product(graph, weights, names, hidden, size)
    parts = [f"{name}.split" for name in names]
    graph.nodes.append(
        helper.make_node("Split", [joined], parts, axis=2, num_outputs=3)
    )
    bias = _bias(graph, weights, names)
    attended = graph.fused(
        "MultiHeadAttention", [*parts, bias], f"{layer}.attended", num_heads=heads
    )
    mixed = _product(graph, weights, [f"{layer}.ao"], attended, size)
    hidden = _add_and_normalise(
        graph, weights, (f"{layer}.ao", f"{layer}.aln"), mixed, hidden
    )
    wide = _product_by_token(graph, weights, f"{layer}.fi", hidden, size)
    bias = _bias(graph, weights, [f"{layer}.fi"])
    active = graph.fused("BiasGelu", [wide, bias], f"{layer}.gelu")
    columns = weights.shape.feed_forward
    narrow = _product_by_token(graph, weights, f"{layer}.fo", active, columns)
    return _add_and_normalise(
        graph, weights, (f"{layer}.fo", f"{layer}.oln"), narrow, hidden
    )


def _product(
    graph: _Graph, weights: Weights, names: list[str], source: str, columns: int
) -> str:
    """`source` times the int8 matrices `names`, laid side by side.

    `source` is rounded to eight bits on the way, with one scale for the whole text.
    """
    rows = np.concatenate([weights.matrix(f"{name}.w", columns) for name in names])
    matrix, scales = quantize_columns(rows.T)
    name = "+".join(names)
    inputs = [
        source,
        graph.constant(f"{name}.matrix", matrix),
        graph.constant(f"{name}.scales", scales),
        graph.constant(f"{name}.zeros", np.zeros(len(scales), np.int8)),
    ]
    return graph.fused("DynamicQuantizeMatMul", inputs, f"{name}.product")


def _product_by_token(
    graph: _Graph, weights: Weights, name: str, source: str, columns: int
) -> str:
    """`_product` with a scale for each token.

    In the feed-forward part a few tokens are far larger than the rest; under one
    scale the rest would be rounded away. Bringing each token to the range -1..1
    first costs an eighth of the time and cuts the error against float32 to a sixth.
    """
    graph.add("Abs", [source], f"{name}.sizes")
    axis = graph.constant(f"{name}.axis", np.array([-1], np.int64))
    peaks = graph.add("ReduceMax", [f"{name}.sizes", axis], f"{name}.peaks")
    levelled = graph.add("Div", [source, peaks], f"{name}.levelled")
    product = _product(graph, weights, [name], levelled, columns)
    return graph.add("Mul", [product, peaks], f"{name}.restored")


def _bias(graph: _Graph, weights: Weights, names: list[str]) -> str:
    biases = np.concatenate([weights.floats[f"{name}.b"] for name in names])
    return graph.constant("+".join(names) + ".biases", biases)


def _add_and_normalise(
    graph: _Graph, weights: Weights, names: tuple[str, str], product: str, hidden: str
) -> str:
    """`hidden` + `product` + the bias of the linear layer, normalised.

    `names` are those of the linear layer and of the normalisation after it.
    """
    linear, norm = names
    inputs = [
        product,
        hidden,
        graph.constant(f"{norm}.scale", weights.floats[f"{norm}.w"]),
        graph.constant(f"{norm}.shift", weights.floats[f"{norm}.b"]),
        _bias(graph, weights, [linear]),
    ]
    epsilon = weights.shape.epsilon
    return graph.fused(
        "SkipLayerNormalization", inputs, f"{norm}.hidden", epsilon=epsilon
    )
