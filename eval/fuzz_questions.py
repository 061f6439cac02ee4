"""Questions and dialogues made at random, each from a seed of its own."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, cast

from assistant.chat import LONGEST_QUESTION
from eval.cases import load_cases
from index.paraphrases import FOLDER as PARAPHRASES
from index.yaml_files import load_yaml

FOLDER = Path(__file__).parent
WORDS = FOLDER / "fuzz.yaml"
DAYS = (
    *(date(2026, 11, 22),) * 6,
    *(date(2022, 2, 8), date(2022, 3, 1), date(2023, 1, 10), date(2024, 12, 18)),
    *(date(2024, 12, 19), date(2026, 12, 31), date(2027, 1, 1)),
)
BLANK = re.compile(r"\{(n|place|level)\}")
PIECE = re.compile(r"[^，。,？?！!；;]*[，。,？?！!；;]?")
LAST = 0x10FFFF  # the last code point
OVER = 0.03  # of the long stories


@dataclass(frozen=True, slots=True)
class Item:
    """One conversation to try: what kind it is, the day, and the asker's turns.

    `planted`: every place in it is one of fuzz.yaml.
    """

    seed: str
    kind: str
    as_of: date
    turns: tuple[str, ...]
    planted: bool


@dataclass(frozen=True, slots=True)
class Material:
    """What questions are made of: lists of words, and real questions."""

    words: dict[str, list[str]]
    places: dict[str, list[str]]  # the path of each place that is named
    real: tuple[str, ...]

    def named(self, text: str) -> tuple[tuple[str, ...], ...]:
        """The paths of the places of fuzz.yaml that stand in a text; () is abroad."""
        return tuple(tuple(path) for n, path in self.places.items() if n in text)


def load_material() -> Material:
    """The words of fuzz.yaml, our own cases, and the paraphrases of the index."""
    rows = cast(dict[str, Any], load_yaml(WORDS))
    words = {name: [str(entry) for entry in rows[name]] for name in rows}
    cases = [
        c
        for path in sorted((FOLDER / "cases").glob("*.jsonl"))
        for c in load_cases(path)
    ]
    real = [turn.user for case in cases for turn in case.turns]
    for path in sorted(PARAPHRASES.glob("*.yaml")):
        for lines in cast(dict[str, list[str]], load_yaml(path) or {}).values():
            real += lines
    return Material(words, rows["places"], tuple(real))


def items(count: int, seed: int, material: Material) -> Iterator[Item]:
    """`count` conversations, each the same whenever it is made again from its seed."""
    for number in range(count):
        yield item(f"{seed}:{number}", material)


def item(seed: str, material: Material) -> Item:
    """The conversation of one seed."""
    random = Random(seed)
    kind = random.choice(list(KINDS))
    maker = _Maker(random, material)
    turns = tuple(KINDS[kind](maker))
    return Item(seed, kind, random.choice(DAYS), turns, not maker.spoiled)


class _Maker:
    """Draws words at random."""

    def __init__(self, random: Random, material: Material) -> None:
        self.random = random
        self.material = material
        self.spoiled = False  # a real question's places, or a name cut in two

    def word(self, name: str) -> str:
        """One entry of a list of words, its blanks filled in."""
        return self.fill(self.random.choice(self.material.words[name]))

    def fill(self, text: str) -> str:
        return BLANK.sub(lambda m: self._blank(m[1]), text)

    def _blank(self, name: str) -> str:
        if name == "n":
            return self.number()
        return self.random.choice(self.material.words[f"{name}s"])

    def number(self) -> str:
        """An odd number of the list, or one of a random size and unit."""
        if self.random.random() < 0.5:
            return self.random.choice(self.material.words["numbers"])
        digits = self.random.choice((1, 1, 2, 2, 3, 3, 4, 6, 9, 20, 60))
        value = str(self.random.randrange(10**digits))
        if self.random.random() < 0.3:
            value += f".{self.random.randrange(1000)}"
        return value + self.random.choice(self.material.words["units"])

    def real(self) -> str:
        """A question that somebody asked, places and all."""
        self.spoiled = True
        return self.random.choice(self.material.real)

    def grammar(self) -> str:
        """Who is asking, what about, and what he wants to know."""
        parts = [self.word("introductions"), self.word("matters"), self.word("asks")]
        if self.random.random() < 0.2:
            parts.insert(2, self.word("matters"))
        if self.random.random() < 0.1:
            self.random.shuffle(parts)
        return "，".join(p.strip("，") for p in parts if p)


def _noise(make: _Maker) -> Sequence[str]:
    """Random bytes, random code points, and odd letters among a real question."""
    random, length = make.random, make.random.choice((1, 5, 30, 200, 1000))
    make.spoiled = True
    way = random.randrange(4)
    if way == 0:
        return [random.randbytes(length).decode("utf-8", "replace")]
    if way == 1:
        return ["".join(chr(random.randint(0, LAST)) for _ in range(length))]
    alphabet = random.choice(make.material.words["alphabets"])
    if way == 2:
        return ["".join(random.choice(alphabet) for _ in range(length))]
    odd = [*alphabet, chr(random.randint(0xD800, 0xDFFF))]
    letters = list(make.real() if random.random() < 0.5 else make.grammar())
    for _ in range(random.randint(1, 12)):
        letters.insert(random.randint(0, len(letters)), random.choice(odd))
    return ["".join(letters)]


def _numbers(make: _Maker) -> Sequence[str]:
    """A question of the grammar with one number or several, or a number alone."""
    if make.random.random() < 0.1:
        return [make.number()]
    matter = make.random.choice(
        [m for m in make.material.words["matters"] if "{n}" in m]
    )
    parts = [make.word("introductions"), make.fill(matter), make.word("asks")]
    return ["".join(parts)]


def _scripts(make: _Maker) -> Sequence[str]:
    """Other scripts and languages, alone or spliced with Chinese."""
    names = ("english", "pinyin", "japanese", "traditional")
    make.spoiled = True  # 鄭州, zhengzhou
    parts = [make.word(make.random.choice(names))]
    if make.random.random() < 0.5:
        parts.append(make.real() if make.random.random() < 0.5 else make.grammar())
    make.random.shuffle(parts)
    return [" ".join(parts)]


def _spliced(make: _Maker) -> Sequence[str]:
    """A real question cut, spliced with another, shuffled, repeated, or renumbered."""
    random, text = make.random, make.real()
    cut = random.randint(0, len(text))
    pieces = [p for p in PIECE.findall(text) if p]
    ways: tuple[Callable[[], str], ...] = (
        lambda: text[:cut],
        lambda: text[cut:],
        lambda: text[:cut] + make.real()[-cut:],
        lambda: "".join(random.sample(list(text), len(text))),
        lambda: "".join(random.sample(pieces, len(pieces))),
        lambda: "".join(pieces + [random.choice(pieces)] * random.randint(1, 5)),
        lambda: re.sub(r"\d", lambda _: str(random.randrange(10)), text),
        lambda: re.sub(r"\d+(?:\.\d+)?[^\W\d]?", lambda _: make.number(), text),
        lambda: text + make.grammar(),
        lambda: text,
    )
    return [random.choice(ways)()]


def _grammar(make: _Maker) -> Sequence[str]:
    return [make.grammar()]


def _dialogue(make: _Maker) -> Sequence[str]:
    """A first question and one to four follow-ups, most of them short."""
    first = make.random.choice((make.grammar, make.grammar, make.real))
    turns = [first()]
    for _ in range(make.random.randint(1, 4)):
        if make.random.random() < 0.8:
            turns.append(make.word("follow_ups"))
        else:
            turns += _AGAIN[make.random.randrange(len(_AGAIN))](make)
    return turns


def _attack(make: _Maker) -> Sequence[str]:
    """An attack alone, before or behind a question, or after an answer."""
    attack, question = make.word("attacks"), make.grammar()
    ways = ([attack], [attack + question], [question + attack], [question, attack])
    return make.random.choice(ways)


def _long(make: _Maker) -> Sequence[str]:
    """A story with one question, up to the longest length; a few a little longer."""
    random, words = make.random, make.material.words
    make.spoiled = True
    length = random.randint(200, LONGEST_QUESTION)
    if random.random() < OVER:
        length = LONGEST_QUESTION + random.randint(1, 30)
    way = random.randrange(8)
    if way == 0:  # one number, question or follow-up again and again
        one = random.choice((make.number(), make.real(), make.word("follow_ups")))
        return [(one * length)[:length]]
    if way == 1:
        alphabet = random.choice(words["alphabets"])
        return ["".join(random.choice(alphabet) for _ in range(length))]
    parts: list[str] = []
    while sum(map(len, parts)) < length:
        parts.append(make.word("fillers") if random.random() < 0.8 else make.real())
    parts.insert(random.randint(0, len(parts)), make.grammar())
    return ["".join(parts)[:length]]


_AGAIN = (_numbers, _spliced, _noise, _attack, _grammar)
KINDS: dict[str, Callable[[_Maker], Sequence[str]]] = {
    "noise": _noise,
    "numbers": _numbers,
    "scripts": _scripts,
    "spliced": _spliced,
    "grammar": _grammar,
    "dialogue": _dialogue,
    "attack": _attack,
    "long": _long,
}
