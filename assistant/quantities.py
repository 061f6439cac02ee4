"""Shares and counts as people write them: 三成, 千分之一, 20个徒弟, 两年."""

import re
from dataclasses import dataclass
from decimal import Decimal

from assistant.money import DIGITS, NUMBER, folded, number_of

SHARE = re.compile(
    rf"(?P<p>\d+(?:\.\d+)?)\s?[%％]|(?P<m>\d+(?:\.\d+)?)‰|(?P<of>百|千|万)分之(?P<n>{NUMBER})"
    rf"|(?P<c>\d(?:\.\d+)?|[一二三四五六七八九两])成(?P<h>半)?(?![功立本为员长交就了的公])"
    rf"|(?P<d>{NUMBER})个(?:百分)?点(?![钟子])|(?P<half>一半|减半|对半|半数)"
)
UNITS = {
    "名": "人",
    "位": "人",
    "个人": "人",
    "人": "人",
    "口": "人",
    "个月": "月",
    "月": "月",
    "个工作日": "工作日",
    "工作日": "工作日",
    "天": "天",
    "日": "日",
    "年": "年",
    "个": "个",
    "家": "家",
    "户": "户",
    "台": "台",
    "套": "套",
    "项": "项",
    "次": "次",
    "回": "次",
    "趟": "次",
    "笔": "笔",
    "周": "周",
    "个季度": "季度",
    "季度": "季度",
    "度": "度",
    "场": "场",
    "条": "条",
    "张": "张",
    "倍": "倍",
}
COUNT = re.compile(
    rf"(?<![\d.第])(?P<n>{NUMBER}|半)(?P<about>[多来几余])?(?P<big>[万千](?![元块]))?(?P<u>"
    + "|".join(sorted(UNITS, key=len, reverse=True))
    + r")(?P<half>半)?"
)


@dataclass(frozen=True, slots=True)
class Share:
    """A share of one: 三成 is 0.3."""

    text: str
    start: int
    end: int
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Count:
    """A number of something; `unit` is the plain one of `said`."""

    text: str
    start: int
    end: int
    number: Decimal
    unit: str
    said: str = ""
    about: bool = False


def read_shares(text: str) -> tuple[Share, ...]:
    """The shares in a text, in their order."""
    plain = folded(text)
    return tuple(
        Share(text[m.start() : m.end()], m.start(), m.end(), _rate(m))
        for m in SHARE.finditer(plain)
    )


def _rate(m: re.Match[str]) -> Decimal:
    if m["p"]:
        return Decimal(m["p"]) / 100
    if m["m"]:
        return Decimal(m["m"]) / 1000
    if m["of"]:
        return number_of(m["n"]) / {"百": 100, "千": 1000, "万": 10000}[m["of"]]
    if m["c"]:
        tens = Decimal(m["c"]) if m["c"][0].isdigit() else Decimal(DIGITS[m["c"]])
        return (tens + (Decimal("0.5") if m["h"] else 0)) / 10
    if m["d"]:
        return number_of(m["d"]) / 100
    return Decimal("0.5")


def read_counts(text: str) -> tuple[Count, ...]:
    """The counts in a text, in their order; 半年 is 6 月, 一年半 is 18 月."""
    plain = folded(text)
    return tuple(c for m in COUNT.finditer(plain) if (c := _count(m, plain, text)))


def _count(m: re.Match[str], plain: str, text: str) -> Count | None:
    said = m["u"]
    unit = UNITS[said]
    number = Decimal("0.5") if m["n"] == "半" else number_of(m["n"])
    if m["big"]:
        number *= {"万": 10000, "千": 1000}[m["big"]]
    end = m.end()
    if unit == "年" and (m["half"] or m["n"] == "半"):
        half = Decimal("0.5") if m["half"] else 0
        return Count(
            text[m.start() : end], m.start(), end, (number + half) * 12, "月", said
        )
    if (
        unit in ("年", "月", "日")
        and said in ("年", "月", "日")
        and (number > 40 or said != "年")
    ):
        return None  # a date
    if m["half"]:
        end -= 1
    return Count(
        text[m.start() : end], m.start(), end, number, unit, said, bool(m["about"])
    )
