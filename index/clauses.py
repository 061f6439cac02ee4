"""A repaired text becomes sections: preface, headings, clauses by their own numbers, closing.

Every character belongs to exactly one section. A clause's id is its numbering as
printed: 三（一）1 in an outline, 第十六条 in a text of articles.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.lines import joined
from index.numbering import Marker, Numbering, numbering
from index.numerals import to_chinese
from index.text import Text

PREFACE, CLOSING = "前言", "结语"
DEPTH = {"cn": 0, "paren": 1, "digit": 2}
DIVISIONS = ("编", "分编", "章", "节", "部分")
HEADING = re.compile(r"[^。；：！？，,;:\n]{2,40}(?=\n|$)")
RUN_IN = re.compile(r"[^。；：，\n]{2,30}(?:、[^。；：，\n]{1,20})*(?=。)")
LIST_ITEM = re.compile(r"[；;]\s*$")
UNITS_END = re.compile(r"[（(]责任单位[^）)]*[）)]\s*$")
# What may follow the last clause on a line of its own.
AFTERWORD = re.compile(
    r"\s*(?:附[件表录]?\s*[\d一二三四五]*\s*[:：]|本[^，。；]{1,12}自[^，。；]{1,14}(?:施行|实施|执行)"
    r"|\d{4}年\d{1,2}月\d{1,2}日\s*$)"
)


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
    depth: int
    body: int
    end: int


def sections(text: Text) -> tuple[tuple[Section, ...], Numbering]:
    """All sections of one text in order, and its numbering with gaps and repeats.

    A text without any numbering is one preface.
    """
    found = numbering(text.value)
    if not found.markers:
        return (_front(text, PREFACE, 0, len(text)),), found
    first = found.markers[0].start
    end = _closing_start(text, found.markers)
    result: list[Section] = []
    if text.value[:first].strip():
        result.append(_front(text, PREFACE, 0, first))
    nodes = _nodes(text, found.markers, end)
    if any(m.family == "article" for m in found.markers):
        result += _articles(text, nodes)
    else:
        result += _outline(text, _without_items(text, nodes))
    if text.value[end:].strip():
        result.append(_front(text, CLOSING, end, len(text)))
    return tuple(result), found


def _front(text: Text, number: str, start: int, end: int) -> Section:
    kind = "preface" if number == PREFACE else "closing"
    body = joined(text.part(start, end))
    return Section(kind, number, number, (), "", body, start, end)


def _closing_start(text: Text, markers: tuple[Marker, ...]) -> int:
    """Where the last clause ends: before an afterword, or behind its units."""
    at = markers[-1].body
    units_seen = False
    for line in text.value[at:].splitlines(keepends=True):
        later = line.strip() and at > markers[-1].body
        if later and (units_seen or AFTERWORD.match(line)):
            return at
        units_seen = units_seen or bool(UNITS_END.search(line))
        at += len(line)
    return len(text)


def _nodes(text: Text, markers: tuple[Marker, ...], end: int) -> list[Node]:
    ends = [*(m.start for m in markers[1:]), end]
    families = [f for f in DEPTH if any(m.family == f for m in markers)]
    nodes: list[Node] = []
    for marker, stop in zip(markers, ends, strict=True):
        if marker.family == "division":
            unit = re.sub(r"^第.*?(?=分编|部分|编|章|节)", "", marker.printed)
            depth = DIVISIONS.index(unit)
        else:
            depth = families.index(marker.family) if families else 0
        nodes.append(Node(marker, depth, marker.body, stop))
    return nodes


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
            node = Node(node.marker, node.depth, node.body, nodes[stop - 1].end)
            at = stop
        else:
            at += 1
        result.append(node)
    return result


def _is_list(text: Text, children: list[Node]) -> bool:
    """Whether all but the last child end in a semicolon, and none has children."""
    if len({c.depth for c in children}) != 1:
        return False
    ends = [LIST_ITEM.search(text.value[c.body : c.end]) for c in children[:-1]]
    return bool(ends) and all(ends)


def _outline(text: Text, nodes: list[Node]) -> Iterator[Section]:
    path: list[tuple[Node, str]] = []  # the open ancestors with their headings
    for i, node in enumerate(nodes):
        path = [p for p in path if p[0].depth < node.depth]
        leaf = i + 1 == len(nodes) or nodes[i + 1].depth <= node.depth
        own = joined(text.part(node.body, node.end), first_line_is_heading=True)
        heading = heading_of(own.value)
        only_heading = not leaf and heading == own.value.strip()
        above = tuple(h for _, h in path)
        number = "".join(_plain(p.marker) for p, _ in path) + _plain(node.marker)
        label = "".join(p.marker.printed for p, _ in path) + node.marker.printed
        kind = "heading" if only_heading else "clause"
        yield Section(
            kind, number, label, above, heading, own, node.marker.start, node.end
        )
        path.append((node, heading))


def _articles(text: Text, nodes: list[Node]) -> Iterator[Section]:
    path: list[tuple[int, str]] = []  # the open divisions with their headings
    for node in nodes:
        body = joined(text.part(node.body, node.end))
        marker = node.marker
        if marker.family == "division":
            path = [p for p in path if p[0] < node.depth]
            title = f"{marker.printed} {body.value.strip()}".strip()
            path.append((node.depth, title))
            kind, heading = "heading", title
        else:
            kind, heading = "clause", ""
        part = f"第{to_chinese(marker.part + 1)}部分" if marker.part else ""
        number = part + re.sub(r"\s", "", marker.printed)
        above = tuple(h for _, h in path if h != heading)
        yield Section(
            kind, number, marker.printed, above, heading, body, marker.start, node.end
        )


def heading_of(value: str) -> str:
    """The heading of a clause: its first line if bare, else a short first sentence."""
    value = value.lstrip()
    if m := HEADING.match(value):
        return m[0].strip()
    if (m := RUN_IN.match(value)) and len(value) > m.end() + 1:
        return m[0]
    return ""


def _plain(marker: Marker) -> str:
    """The number as it stands in an id: 三, （一）, 1."""
    if marker.family == "paren":
        return "（" + marker.printed.strip("（）()、.．") + "）"
    return marker.printed.rstrip("、.．")
