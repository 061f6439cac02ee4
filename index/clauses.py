"""A repaired text becomes sections: preface, headings, numbered clauses, closing.

Every character belongs to exactly one section. A clause's id is its numbering as
printed: 三（一）1 in an outline, 第十六条 in a text of articles.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from index.lines import joined
from index.markers import SENTENCE_END, Marker
from index.numbering import Numbering, numbering
from index.text import Text

PREFACE, CLOSING = "前言", "结语"
HEADING = re.compile(r"[^。；：！？，,;:\n]{2,40}(?=\n|$)")
RUN_IN = re.compile(r"[^。；：，\n]{2,30}(?:、[^。；：，\n]{1,20})*(?=。)")
LIST_ITEM = re.compile(r"[；;]\s*$")
UNITS_END = re.compile(r"[（(]责任单位[^）)]*[）)]\s*$")
# What may follow the last clause on a line of its own.
AFTERWORD = re.compile(
    r"\s*(?:附\s*[件表录]?\s*[\d一二三四五]*\s*(?:[:：]|(?<=[件表录\d])\s*$)"
    r"|本[^，。；]{1,12}自[^，。；]{1,14}(?:施行|实施|执行)"
    r"|\d{4}年\d{1,2}月\d{1,2}日\s*$)"
)
SIGNATURE = re.compile(r"\s*[^。；：，\n]{2,25}\s*$")
DATE = re.compile(r"\s*\d{4}年")


@dataclass(frozen=True, slots=True)
class Section:
    """A consecutive stretch of a text, `start` to `end` in the cleaned text."""

    kind: str  # preface | heading | clause | closing
    number: str  # 三（一）1, 第十六条, 前言, 结语
    label: str  # 三、（一）1. as printed
    headings: tuple[str, ...]  # the headings above, outermost first
    heading: str  # its own, "" if none
    text: Text  # without the number, lines joined
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Node:
    """A marker with the stretch up to the next one, while the tree is being read."""

    marker: Marker
    end: int

    @property
    def depth(self) -> int:
        return self.marker.depth


def sections(text: Text) -> tuple[tuple[Section, ...], Numbering]:
    """All sections of one text in order, and its numbering with gaps and repeats.

    A text without any numbering is one preface.
    """
    found = numbering(text.value)
    if not found.markers:
        return (_front(text, PREFACE, 0, len(text)),), found
    parts = _parts(found.markers)
    starts = [*(nodes[0].start for nodes in parts), len(text)]
    result: list[Section] = []
    if text.value[: starts[0]].strip():
        result.append(_front(text, PREFACE, 0, starts[0]))
    for markers, stop, after in zip(parts, starts[1:], [*parts[1:], ()], strict=True):
        end = _closing_start(text, markers[-1].body, stop)
        result += _numbered(text, _nodes(markers, end))
        if text.value[end:stop].strip():
            number = f"{after[-1].part}{PREFACE}" if after else CLOSING
            result.append(_front(text, number, end, stop))
    # Blank lines before the first section and behind the last one belong to them.
    result[0] = replace(result[0], start=0)
    result[-1] = replace(result[-1], end=len(text))
    return tuple(result), found


def _front(text: Text, number: str, start: int, end: int) -> Section:
    kind = "closing" if number == CLOSING else "preface"
    body = joined(text.part(start, end))
    return Section(kind, number, number, (), "", body, start, end)


def _parts(markers: tuple[Marker, ...]) -> list[tuple[Marker, ...]]:
    """The markers, cut where the numbering starts again, before its divisions."""
    cuts = [0]
    part, behind = markers[0].part, 0  # behind the last numbered clause
    for i, marker in enumerate(markers):
        if marker.family != "division":
            if marker.part != part:
                cuts.append(behind)
            part, behind = marker.part, i + 1
    return [markers[a:b] for a, b in pairwise([*cuts, len(markers)])]


def _closing_start(text: Text, body: int, stop: int) -> int:
    """Where the last clause of a part ends: at an afterword, or behind its units."""
    at, before = body, body  # the line, and the one above it that is not blank
    units_seen = False
    for line in text.value[body:stop].splitlines(keepends=True):
        if at > body and line.strip() and (units_seen or AFTERWORD.match(line)):
            above = text.value[before:at]
            signed = before > body and DATE.match(line) and SIGNATURE.match(above)
            return before if signed else at
        units_seen = units_seen or bool(UNITS_END.search(line))
        if line.strip():
            before = at
        at += len(line)
    return stop


def _nodes(markers: tuple[Marker, ...], end: int) -> list[Node]:
    ends = [*(m.start for m in markers[1:]), end]
    return [Node(m, stop) for m, stop in zip(markers, ends, strict=True)]


def _numbered(text: Text, nodes: list[Node]) -> Iterator[Section]:
    if any(n.marker.family == "article" for n in nodes):
        return _articles(text, nodes)
    return _outline(text, _without_items(text, nodes))


def _without_items(text: Text, nodes: list[Node]) -> list[Node]:
    """Fold list items (（一）…；（二）…；) back into the clause that lists them."""
    result: list[Node] = []
    at = 0
    while at < len(nodes):
        node = nodes[at]
        stop = at + 1
        while stop < len(nodes) and nodes[stop].depth > node.depth:
            stop += 1
        if _is_list(text, nodes[at + 1 : stop]):
            node = Node(node.marker, nodes[stop - 1].end)
            at = stop
        else:
            at += 1
        result.append(node)
    return result


def _is_list(text: Text, children: list[Node]) -> bool:
    """Whether all but the last child end in a semicolon, and none has children."""
    if len({c.depth for c in children}) != 1:
        return False
    ends = [LIST_ITEM.search(text.value[c.marker.body : c.end]) for c in children[:-1]]
    return bool(ends) and all(ends)


def _outline(text: Text, nodes: list[Node]) -> Iterator[Section]:
    path: list[tuple[Node, str]] = []  # the open ancestors with their headings
    for i, node in enumerate(nodes):
        marker = node.marker
        path = [p for p in path if p[0].depth < node.depth]
        above = tuple(h for _, h in path)
        if marker.family == "division":
            section = _division(text, node, path)
            path.append((node, section.heading))
            yield section
            continue
        leaf = i + 1 == len(nodes) or nodes[i + 1].depth <= node.depth
        own = joined(text.part(marker.body, node.end), first_line_is_heading=True)
        heading = heading_of(own.value)
        only_heading = not leaf and heading == own.value.strip()
        markers = [p.marker for p, _ in path if p.marker.family != "division"]
        number = marker.part + "".join(plain(m) for m in [*markers, marker])
        label = "".join(m.printed for m in [*markers, marker])
        kind = "heading" if only_heading else "clause"
        yield Section(kind, number, label, above, heading, own, marker.start, node.end)
        path.append((node, heading))


def _articles(text: Text, nodes: list[Node]) -> Iterator[Section]:
    path: list[tuple[Node, str]] = []  # the open divisions with their headings
    for node in nodes:
        marker = node.marker
        if marker.family == "division":
            path = [p for p in path if p[0].depth < node.depth]
            section = _division(text, node, path)
            path.append((node, section.heading))
            yield section
            continue
        body = joined(text.part(marker.body, node.end))
        above = tuple(h for _, h in path)
        number = marker.part + marker.printed
        yield Section(
            "clause", number, marker.printed, above, "", body, marker.start, node.end
        )


def _division(text: Text, node: Node, path: list[tuple[Node, str]]) -> Section:
    """A heading 第一章 总则; it is a clause where a text without number follows it."""
    marker = node.marker
    body = joined(text.part(marker.body, node.end), first_line_is_heading=True)
    title, _, rest = body.value.partition("\n")
    blank = "" if marker.printed.endswith("、") else " "
    heading = f"{marker.printed}{blank}{title}".strip()
    kind = "clause" if SENTENCE_END.search(rest) else "heading"
    number = "".join(n.marker.printed for n, _ in path) + marker.printed
    above = tuple(h for _, h in path)
    label = marker.printed
    return Section(kind, number, label, above, heading, body, marker.start, node.end)


def heading_of(value: str) -> str:
    """The heading of a clause: its first line if bare, else a short first sentence."""
    value = value.lstrip()
    if m := HEADING.match(value):
        return m[0].strip()
    if (m := RUN_IN.match(value)) and len(value) > m.end() + 1:
        return m[0]
    return ""


def plain(marker: Marker) -> str:
    """The number as it stands in an id: 三, （一）, 1."""
    if marker.family == "paren":
        return "（" + marker.printed.strip("（）()、.．") + "）"
    return marker.printed.rstrip("、.．")
