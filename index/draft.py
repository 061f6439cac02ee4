"""A proposed entry of documents.yaml for a new text; nothing is changed.

What the text does not settle stays null, for a person to look up.
"""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import yaml

from index.clean import PINYIN, Garble, simplified
from index.documents import Drop, Part, PolicyDocument, Source
from index.draft_facts import Facts, facts_of
from index.numbering import numbering
from index.read import Reading, load_text, read_text
from index.text import Text
from prompts import say, words

# What a site prints around a text; never a line of the text itself.
SITE = re.compile(
    r"ICP备|公网安备|Copyright|©|版权所有|公众号|扫码|扫一扫|\b[48]00-\d{3}|客服|客户端"
    r"|上一[篇条页]|下一[篇条页]|打印本?页?$|关闭窗口|分享到|浏览(?:次数|量)|阅读次数|当前位置"
    r"|查看原文|申报日期|补贴详情|责任编辑|全额退款|明码标价|专家团队|返回顶部|网站地图",
    re.I,
)
# A line of the text: long or numbered; at its end also a sentence, an organ or a date.
LONG = re.compile(
    r".{40,}|\s*(?:第.{1,6}条|[一二三四五六七八九十]+、|[（(].{1,3}[）)]).*"
)
LAST = re.compile(r".*(?:[。）)]|人民政府|办公[厅室]|委员会|[厅局]|\d日)\s*$")
ANNEX = re.compile(r"\s*附\s*件\s*[\d一二三四五六七八九十]*\s*[:：]?\s*$")

ENTRY = (
    *("id", "title", "short", "number", "issuer", "place", "issued"),
    *("valid_from", "valid_until", "validity_quote", "draft"),
)
LEFT_OUT = ("validity_quote", "draft")  # where there is nothing to say
PLACEHOLDERS = ("id", "short", "place")


@dataclass(frozen=True, slots=True)
class Counted:
    """The clauses of one text, and how many numbers of each family it has."""

    document: str
    clauses: tuple[str, ...]
    families: dict[str, int]


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposed entry, and what a person must know before taking it over."""

    file: str
    sha256: str
    facts: Facts
    drops: tuple[Drop, ...]
    parts: tuple[Part, ...]
    counted: tuple[Counted, ...]
    gaps: tuple[str, ...]
    repeats: tuple[str, ...]
    garble: tuple[Garble, ...]
    repairs: dict[str, int]  # how many of each kind


def draft(path: Path) -> Draft:
    """Read a text and propose its entry.

    Raises DataError when the file is not UTF-8.
    """
    whole = load_text(path)
    drops = tuple(site_lines(whole.raw))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    source = Source(file=path.name, sha256=digest, found="", drops=drops)
    text = load_text(path, source)
    parts = tuple(_parts(text))
    readings = _readings(text, path.name, parts)
    return Draft(
        file=path.name,
        sha256=digest,
        facts=facts_of(path.stem, readings[0].sections),
        drops=drops,
        parts=parts,
        counted=tuple(_counted(r) for r in readings),
        gaps=tuple(_name(r, g) for r in readings for g in r.gaps),
        repeats=tuple(_name(r, g) for r in readings for g in r.repeats),
        garble=tuple(g for r in readings for g in r.garble),
        repairs=dict(_repairs(text, readings)),
    )


def site_lines(raw: str) -> list[Drop]:
    """The regions above and below a text that its site has put there."""
    lines = [(m.start(), m[0]) for m in re.finditer(r"[^\r\n]*\S[^\r\n]*", raw)]
    shown = [simplified(PINYIN.sub("", line)) for _, line in lines]
    site = [bool(SITE.search(line)) for line in shown]
    own = [i for i, line in enumerate(shown) if not site[i] and LONG.fullmatch(line)]
    if not own:
        return []
    first = last = own[0]
    for i, line in enumerate(shown):
        if i > last and not site[i] and (i in own or LAST.fullmatch(line)):
            last = i
    runs: list[tuple[int, int]] = []
    for i in range(first):
        if site[i]:
            joined = runs and runs[-1][1] == i - 1
            runs.append((runs.pop()[0] if joined else i, i))
    if any(site[last + 1 :]):
        # An advertisement's first lines say nothing that could be recognised.
        runs.append((last + 1, len(lines) - 1))
    found = [(lines[a], lines[b]) for a, b in runs]
    return [
        Drop.model_validate({"from": low[1].strip(), "to": high[1].strip()})
        for low, high in found
        if raw.find(low[1].strip()) >= low[0]
    ]


def _parts(text: Text) -> list[Part]:
    """Annexes that begin with a line 附件 1 below the first clause."""
    lines = text.value.splitlines()
    markers = numbering(text.value).markers
    first = text.value[: markers[0].start].count("\n") if markers else 0
    found: list[Part] = []
    for i, line in enumerate(lines):
        if i > first and ANNEX.match(line):
            number = re.sub(r"[\s:：]", "", line)
            title = next((t.strip() for t in lines[i + 1 :] if t.strip()), "")
            used = any(part.id == number for part in found)
            name = f"{number}-{len(found) + 1}" if used else number
            found.append(Part(id=name, title=title, short=title, begins=line.strip()))
    return found


def _readings(text: Text, file: str, parts: tuple[Part, ...]) -> list[Reading]:
    starts = [0]
    for part in parts:
        at = text.value.index("\n" + part.begins, starts[-1])
        starts.append(at + 1)
    ends = [*starts[1:], len(text)]
    ids = ["", *(part.id for part in parts)]
    return [
        read_text(_unknown(name), file, text.part(a, b))
        for name, a, b in zip(ids, starts, ends, strict=True)
    ]


def _unknown(name: str) -> PolicyDocument:
    return PolicyDocument(name, "", "", None, None, (), None, None, None)


def _counted(reading: Reading) -> Counted:
    markers = numbering(reading.text.value).markers
    clauses = (s.number for s in reading.sections if s.kind == "clause")
    families = Counter(marker.family for marker in markers)
    return Counted(reading.document.id, tuple(clauses), dict(families))


def _name(reading: Reading, number: str) -> str:
    return f"{reading.document.id} {number}".strip()


def _repairs(text: Text, readings: list[Reading]) -> Counter[str]:
    layout = (c for r in readings for s in r.sections for c in s.text.corrections)
    kinds = Counter(c.kind for c in text.corrections)
    kinds["layout"] = sum(c.kind == "layout" for c in layout)
    return +kinds


def draft_text(found: Draft) -> str:
    """The report and the proposed entry, as an officer reads them."""
    kinds = words("ui.repair_kinds")
    families = words("messages.draft.families")
    lines = [say("messages.draft.head", file=found.file)]
    for c in found.counted:
        where = c.document or words("messages.draft.main")
        if not c.clauses:
            lines.append(say("messages.draft.unnumbered", where=where))
            continue
        counts = "，".join(f"{families[f]} {n}" for f, n in c.families.items())
        first, last, count = c.clauses[0], c.clauses[-1], len(c.clauses)
        ends = {"first": first, "last": last, "count": count, "families": counts}
        lines.append(say("messages.draft.counted", where=where, **ends))
    lines += [say("messages.draft.gap", number=number) for number in found.gaps]
    lines += [say("messages.draft.repeat", number=number) for number in found.repeats]
    lines += [
        say("messages.draft.garble", at=g.start, text=g.text) for g in found.garble
    ]
    repairs = [f"{kinds.get(kind, kind)} {n}" for kind, n in found.repairs.items()]
    none = words("messages.draft.none")
    lines.append(say("messages.draft.repairs", repairs="，".join(repairs) or none))
    if found.facts.years:
        lines.append(say("messages.draft.years", years=found.facts.years))
    lines += [words("messages.draft.entry"), "", entry_yaml(found)]
    return "\n".join(lines)


def entry_yaml(found: Draft) -> str:
    """The entry as YAML; whatever a person must check is marked."""
    facts = found.facts
    rows: list[str] = []
    for name in ENTRY:
        value: object = getattr(facts, name)
        if name in LEFT_OUT and not value:
            continue
        rows.append(_line(name, value, name in PLACEHOLDERS))
    source = {"file": found.file, "sha256": found.sha256, "found": None}
    rows += ["sources:", *_item(source, found.drops)]
    if found.parts:
        rows.append("parts:")
    for part in found.parts:
        names = ("id", "title", "short", "begins")
        rows += _item({name: getattr(part, name) for name in names}, ())
    return "- " + "\n  ".join(rows) + "\n"


def _item(row: dict[str, str | None], drops: tuple[Drop, ...]) -> list[str]:
    lines = [_line(name, value) for name, value in row.items()]
    if drops:
        lines.append(f"drops:  # {words('messages.draft.check')}")
    for drop in drops:
        region = {"from": drop.start, "to": drop.end, "kind": drop.kind}
        lines += _item(dict(region), ())
    return [f"  {'- ' if i == 0 else '  '}{line}" for i, line in enumerate(lines)]


def _line(name: str, value: object, placeholder: bool = False) -> str:
    if name == "place" and value is not None:
        line = f"place: [{', '.join(cast(tuple[str, ...], value))}]"
    else:
        line = yaml.safe_dump({name: value}, allow_unicode=True, width=10_000).rstrip()
    check = placeholder or value is None
    return f"{line}  # {words('messages.draft.check')}" if check else line
