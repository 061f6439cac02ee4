# pyright: basic
"""Write the weights as a folder that sentence-transformers and embed.py both load."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from safetensors.numpy import save_file
from sentencepiece import SentencePieceNormalizer
from sentencepiece.sentencepiece_model_pb2 import (  # made at run time, untyped
    ModelProto,  # pyright: ignore[reportAttributeAccessIssue]
    NormalizerSpec,  # pyright: ignore[reportAttributeAccessIssue]
)
from tokenizers import (
    AddedToken,
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
)

from index.model_onnx import build_graph
from index.model_weights import Floats, Shape, Vocabulary, Weights

SPACE_MARK = "\u2581"
MASK = "<mask>"
PROMPTS = {"query": "query: ", "passage": "passage: ", "document": "passage: "}
SPECIAL_TOKENS = {
    "bos_token": "<s>",
    "eos_token": "</s>",
    "cls_token": "<s>",
    "sep_token": "</s>",
    "unk_token": "<unk>",
    "pad_token": "<pad>",
    "mask_token": MASK,
}
MODULES = ("Transformer", "Pooling", "Normalize")
# the file's short names and those of transformers' BertModel
LAYER_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def write_folder(weights: Weights, folder: Path) -> None:
    """Write every file of the model below `folder`, which must exist and be empty."""
    write_configuration(weights.shape, folder)
    spec = _normalizer_spec()
    write_tokenizer(weights.vocabulary, spec.precompiled_charsmap, folder)
    write_sentencepiece(weights.vocabulary, spec, folder)
    tensors = folder / "model.safetensors"
    save_file(named_tensors(weights), tensors, metadata={"format": "pt"})
    tensors.chmod(0o644)  # safetensors leaves it readable to its owner only
    (folder / "onnx").mkdir()
    onnx.save(build_graph(weights), folder / "onnx" / "model_int8.onnx")
    words = weights.packed_rows("emb.word", weights.shape.hidden)
    np.save(folder / "onnx" / "words_q4.npy", words)


def named_tensors(weights: Weights) -> dict[str, Floats]:
    """The weights as float32 under the names of transformers' BertModel."""
    shape, floats = weights.shape, weights.floats
    size = shape.hidden
    tensors = {
        "embeddings.word_embeddings.weight": weights.matrix("emb.word", size),
        "embeddings.position_embeddings.weight": floats["emb.pos"].reshape(-1, size),
        "embeddings.token_type_embeddings.weight": floats["emb.type"].reshape(-1, size),
        "embeddings.LayerNorm.weight": floats["emb.ln.w"],
        "embeddings.LayerNorm.bias": floats["emb.ln.b"],
        # not used by mean pooling; without it the loader warns of a missing layer
        "pooler.dense.weight": np.zeros((size, size), np.float32),
        "pooler.dense.bias": np.zeros(size, np.float32),
    }
    for layer in range(shape.layers):
        for short, name in LAYER_PARTS.items():
            source, target = f"l{layer}.{short}", f"encoder.layer.{layer}.{name}"
            columns = shape.feed_forward if short == "fo" else size
            tensors[f"{target}.bias"] = floats[f"{source}.b"]
            tensors[f"{target}.weight"] = (
                floats[f"{source}.w"]
                if name.endswith("LayerNorm")
                else weights.matrix(f"{source}.w", columns)
            )
    return tensors


def write_configuration(shape: Shape, folder: Path) -> None:
    """Write the JSON files that say which classes load the model, and how."""
    modules = [
        {
            "idx": place,
            "name": str(place),
            "path": f"{place}_{kind}" if place else "",
            "type": f"sentence_transformers.models.{kind}",
        }
        for place, kind in enumerate(MODULES)
    ]
    pooling = {
        "word_embedding_dimension": shape.hidden,
        "pooling_mode_cls_token": False,
        "pooling_mode_mean_tokens": True,
    }
    tokenizer = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": shape.positions,
        "clean_up_tokenization_spaces": False,
        **SPECIAL_TOKENS,
    }
    transformer = {"max_seq_length": shape.positions, "do_lower_case": False}
    prompts = {"prompts": PROMPTS, "default_prompt_name": None}
    _write_json(folder / "config.json", _bert_configuration(shape))
    _write_json(folder / "modules.json", modules)
    _write_json(folder / "1_Pooling" / "config.json", pooling)
    _write_json(folder / "2_Normalize" / "config.json", {})
    _write_json(folder / "sentence_bert_config.json", transformer)
    _write_json(
        folder / "config_sentence_transformers.json",
        {**prompts, "similarity_fn_name": "cosine"},
    )
    _write_json(folder / "tokenizer_config.json", tokenizer)


def write_tokenizer(vocabulary: Vocabulary, charsmap: bytes, folder: Path) -> None:
    """Write tokenizer.json, the XLM-RoBERTa tokenizer as transformers reads it."""
    pieces = zip(vocabulary.pieces, map(float, vocabulary.scores), strict=True)
    tokenizer = Tokenizer(models.Unigram(list(pieces), vocabulary.unk, False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Precompiled(charsmap),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(
        replacement=SPACE_MARK, prepend_scheme="always", split=False
    )
    tokenizer.decoder = decoders.Metaspace(
        replacement=SPACE_MARK, prepend_scheme="always"
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", vocabulary.bos), ("</s>", vocabulary.eos)],
    )
    tokenizer.add_special_tokens(
        [
            AddedToken(token, lstrip=token == MASK, normalized=False, special=True)
            for token in dict.fromkeys(SPECIAL_TOKENS.values())
        ]
    )
    tokenizer.save(str(folder / "tokenizer.json"))


def write_sentencepiece(
    vocabulary: Vocabulary, spec: NormalizerSpec, folder: Path
) -> None:
    """Write the same tokenizer for the sentencepiece library, under the same ids."""
    model = ModelProto()
    model.normalizer_spec.CopyFrom(spec)
    kinds = dict.fromkeys(
        (vocabulary.bos, vocabulary.eos, vocabulary.pad),
        ModelProto.SentencePiece.CONTROL,
    )
    kinds[vocabulary.unk] = ModelProto.SentencePiece.UNKNOWN
    kinds[vocabulary.pieces.index(MASK)] = ModelProto.SentencePiece.CONTROL
    for token_id, piece in enumerate(vocabulary.pieces):
        kind = kinds.get(token_id, ModelProto.SentencePiece.NORMAL)
        score = float(vocabulary.scores[token_id])
        model.pieces.add(piece=piece, score=score, type=kind)
    trainer = model.trainer_spec
    trainer.model_type = trainer.UNIGRAM
    trainer.vocab_size = len(vocabulary.pieces)
    for name in ("bos", "eos", "pad", "unk"):
        setattr(trainer, f"{name}_id", getattr(vocabulary, name))
        setattr(trainer, f"{name}_piece", SPECIAL_TOKENS[f"{name}_token"])
    content = model.SerializeToString()
    (folder / "sentencepiece.bpe.model").write_bytes(content)


def _normalizer_spec() -> NormalizerSpec:
    """XLM-RoBERTa's text normalisation, which sentencepiece has under this name."""
    model = ModelProto()
    normalizer = SentencePieceNormalizer(rule_name="nmt_nfkc")
    model.ParseFromString(normalizer.serialized_model_proto())
    return model.normalizer_spec


def _bert_configuration(shape: Shape) -> dict[str, Any]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.feed_forward,
        "vocab_size": shape.vocabulary,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.types,
        "layer_norm_eps": shape.epsilon,
        "hidden_act": "gelu",
        "pad_token_id": 1,
        "position_embedding_type": "absolute",
        "dtype": "float32",
    }


def _write_json(path: Path, value: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
