"""What a question says: where, which level, and what kind of answer it wants."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from assistant.homophones import respelled
from assistant.place_mentions import mentions
from assistant.places import Several, find_place
from assistant.privacy import without_placeholders
from index.lexical import LexicalIndex, normalised
from index.yaml_files import load_yaml

INTENTS = Path(__file__).with_name("intents.yaml")
ALIASES = Path(__file__).with_name("aliases.yaml")
FACTS = ("number", "issuer", "issued", "validity", "parts", "place", "sources")
WANTS = (
    *("sum", "verdict", "terms", "total", "difference", "payers"),
    *("base_at_cap", "base_for", "least_base", "all", "own", "best", "both"),
    "besides",
)
PIECE = re.compile(r"[^。！？!?;；\n]*[。！？!?;；\n]?")
CLAUSE_BREAK = re.compile(r"(?<=[，,。！？!?;；\s])")
# The embedding model reads 512 tokens and is surest on one or two sentences.
LONGEST = 160
# A piece of a story is kept from this share of the most telling piece's relevance.
WORTH_KEEPING = 0.5
LETTER, HAN = re.compile("[a-z]"), re.compile("[一-龥]")
ENGLISH = 12  # letters
ALONE = 16  # characters
TOPIC = 5  # characters that may name a topic
LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|https?://\S+")


@dataclass(frozen=True, slots=True)
class Request:
    """A question as read."""

    text: str  # normalised
    search: str  # the part of it that says what is asked
    core: str  # of a long story the telling pieces, else the whole text
    asked: str  # of a long story the last sentence that asks, else the whole text
    facts: tuple[str, ...]  # of the document itself: number, validity …
    speaks_of_a_text: bool  # 这份文件, 该方案
    wants_units: bool
    wants_how: bool  # 怎么申请, 要什么材料, 电话多少: the units are what there is
    in_english: bool
    compares: bool  # 有什么区别, 哪边多: two texts side by side
    levels: tuple[str, ...]
    wants: frozenset[str]  # of WANTS: a sum, a verdict, a total …
    several_places: bool  # 放在洛阳和放在宜昌


def read_question(question: str, lexical: LexicalIndex) -> Request:
    """Read a question; `lexical` tells which words the texts know.

    A long story is cut down to the pieces that speak of what the texts hold.
    """
    said = LINK.sub(r"\1", without_placeholders(question))
    text = _spelled(normalised(said).strip())
    names = _aliases()
    terms, kept = tuple(names["homophones"]), names["never_wrong"]
    text = respelled(text, terms, kept, lexical)
    ways = patterns()
    facts = tuple(name for name in FACTS if _asks(name, text))
    asked = _asking(text)
    levels = tuple(name for name in _LEVELS if ways[f"levels.{name}"].search(asked))
    core = _essence(text, lexical)
    how = bool(ways["how"].search(text))
    topic = ways["how"].sub("", core)  # 受理申报材料 would find the listing bonus
    topic = topic if how and len(HAN.findall(topic)) >= TOPIC else core
    return Request(
        text=text,
        search=_place_free(topic) + _standard_words(text),
        core=core,
        asked=asked,
        facts=facts,
        speaks_of_a_text=bool(ways["a_text"].search(text)),
        wants_units=how or bool(ways["units"].search(text)),
        wants_how=how,
        in_english=_in_english(text),
        compares=bool(ways["compares"].search(text)),
        levels=levels,
        wants=frozenset(name for name in WANTS if ways[name].search(asked)),
        several_places=isinstance(find_place(text), Several),
    )


def pointed(request: Request) -> bool:
    """Whether a question names a place or a level."""
    return bool(request.levels or mentions(request.text))


_LEVELS = ("province", "city", "district")


@cache
def patterns() -> dict[str, re.Pattern[str]]:
    """The ways of asking, by name; levels as levels.province …"""
    rows = load_yaml(INTENTS)
    levels = {f"levels.{name}": rows["levels"][name] for name in _LEVELS}
    named = {name: rows[name] for name in rows if name != "levels"} | levels
    return {name: re.compile("|".join(lines)) for name, lines in named.items()}


@cache
def _aliases() -> dict[str, Any]:
    return load_yaml(ALIASES)


def _place_free(text: str) -> str:
    """The text without the places it names, 省, 市 and 区 kept: they say the level."""
    for mention in reversed(mentions(text)):
        end = mention.end - (mention.text[-1] in "省市区县" and len(mention.text) > 2)
        text = text[: mention.start] + text[end:]
    return text


def _spelled(text: str) -> str:
    """The text with common misspellings of the field's terms put right."""
    for wrong, right in _aliases()["typos"].items():
        text = text.replace(wrong, right)
    return text


def _standard_words(text: str) -> str:
    """The texts' own words for what the asker calls otherwise, to search with."""
    words = _aliases()["words"]
    found = (standard for said, standard in words.items() if _said(said, text))
    return "".join(f" {standard}" for standard in dict.fromkeys(found))


def _said(word: str, text: str) -> bool:
    if word.isascii():  # a word of English, not a part of one
        return bool(re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", text))
    return word in text


def _asks(fact: str, text: str) -> bool:
    """Whether a fact of a text is asked for; a few words point at one only alone."""
    ways = patterns()
    alone = fact == "validity" and len(text) <= ALONE
    return bool(
        ways[fact].search(text) or (alone and ways["validity_alone"].search(text))
    )


def _in_english(text: str) -> bool:
    """Whether a question is English, names and terms in Chinese aside."""
    letters = len(LETTER.findall(text))
    return letters >= ENGLISH and letters > 2 * len(HAN.findall(text))


def _asking(text: str) -> str:
    """The last sentence of a long text that asks something, else the whole text."""
    if len(text) <= LONGEST:
        return text
    pieces = [p for p in PIECE.findall(text) if patterns()["asks"].search(p)]
    return pieces[-1] if pieces else text


def _essence(text: str, lexical: LexicalIndex) -> str:
    """The pieces of a long text that share most with the corpus, in their order."""
    if len(text) <= LONGEST:
        return text
    pieces = list(dict.fromkeys(p for p in CLAUSE_BREAK.split(text) if p.strip()))
    weights = [lexical.relevance(p) for p in pieces]
    best = max(weights, default=0.0)
    chosen: list[int] = []
    room = LONGEST
    for i in sorted(range(len(pieces)), key=lambda i: -weights[i]):
        if len(pieces[i]) <= room and weights[i] >= WORTH_KEEPING * best:
            chosen.append(i)
            room -= len(pieces[i])
    return "".join(pieces[i] for i in sorted(chosen))
