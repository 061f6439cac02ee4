"""Reads thousands of real laws: articles in = articles out, or the source's own fault.

    python -m benchmarks.laws_reading [FOLDER_OR_TAR]

The check of a gap uses nothing of the reader: a plain regex over the raw lines says
whether the missing number stands at the head of a line. If it does, the fault is ours
and the exit code is 1.
"""

import re
import sys
import tarfile
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from index.clauses import Section, sections
from index.clean import clean, garble
from index.numerals import NUMERAL, to_int
from index.sentences import sentences
from index.text import Text

LAWS = Path(__file__).parent.parent.parent / "shared/laws/laws.tar.xz"
VERSION = re.compile(r"(.+?)\s*[（(](\d{4}-\d{2}-\d{2})[）)]$")
HEAD = re.compile(rf"^[#>*\s\u3000-]*第[ \u3000]?({NUMERAL}|\d+)[ \u3000]?条", re.M)
OWN = re.compile(rf"第({NUMERAL}|\d+)条(?:之({NUMERAL}))?$")


@dataclass
class Report:
    """What was read, and every text with something to say about it."""

    counts: Counter[str] = field(default_factory=Counter)
    own: list[str] = field(default_factory=list)  # gaps and repeats of the source
    begins: list[str] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)  # one version in several files
    quoted: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)  # ours


def check_text(name: str, raw: str, report: Report) -> None:
    """Read one text in full and compare its articles with the lines of the source."""
    text = clean(Text.from_raw(raw))
    found, numbers = sections(text)
    damaged = garble(text)
    report.counts["sentences"] += sum(len(sentences(s.text)) for s in found)
    report.counts["corrections"] += len(text.corrections)
    report.counts["texts with damaged characters"] += bool(damaged)
    articles = [s for s in found if OWN.search(s.number)]
    if articles:
        report.counts["texts with articles"] += 1
    elif numbers.markers:
        report.counts["outline texts"] += 1
    else:
        report.counts["unnumbered texts"] += 1
    report.counts["texts"] += 1
    report.counts["articles"] += len(articles)
    _check_whole(name, text, found, report)
    _check_articles(name, raw, text, articles, report)


def _check_whole(
    name: str, text: Text, found: tuple[Section, ...], report: Report
) -> None:
    """Every character in one section, every clause with an id of its own."""
    edges = [0, *(s.end for s in found)]
    if edges != [*(s.start for s in found), len(text)]:
        report.faults.append(f"{name}: sections leave a hole")
    ids = Counter(s.number for s in found if s.kind != "heading")
    if twice := [number for number, n in ids.items() if n > 1]:
        report.faults.append(f"{name}: ids come twice: {' '.join(twice)}")
    report.counts["clauses of any kind"] += sum(s.kind == "clause" for s in found)


def _check_articles(
    name: str, raw: str, text: Text, articles: list[Section], report: Report
) -> None:
    heads = [to_int(m[1]) for m in HEAD.finditer(raw)]
    if not articles:
        if heads:
            report.quoted.append(f"{name}: {len(heads)}")
        return
    for section in articles:
        line = re.sub(r"[#>*\s\u3000-]", "", raw[text.starts[section.start] :][:40])
        if not line.startswith(section.label):
            report.faults.append(f"{name}: {section.number} does not open its line")
    numbers = [_number(s) for s in articles]
    if len(heads) != len(articles):
        extra = Counter(heads) - Counter(n for n, _ in numbers)
        told = " ".join(map(str, extra))
        # A number that the source prints twice is read once.
        ours = any(n not in dict(numbers) for n in extra)
        kind = report.faults if ours or len(heads) < len(articles) else report.own
        kind.append(f"{name}: printed again: {told}")
    _check_gaps(name, numbers, set(heads), report)


def _check_gaps(
    name: str, numbers: list[tuple[int, int]], heads: set[int], report: Report
) -> None:
    first = numbers[0][0]
    if first != 1:
        report.begins.append(f"{name}: begins at {first}")
    missing: list[int] = []
    before = first - 1
    for number, _ in numbers:
        missing += range(before + 1, number) if number > before + 1 else []
        before = number
    if lost := [n for n in missing if n in heads]:
        report.faults.append(f"{name}: lost {lost}")
    if own := [n for n in missing if n not in heads]:
        shown = " ".join(map(str, own[:6])) + (" …" if len(own) > 6 else "")
        report.own.append(f"{name}: the source lacks {len(own)}: {shown}")


def _number(section: Section) -> tuple[int, int]:
    m = OWN.search(section.number)
    assert m
    return to_int(m[1]), to_int(m[2]) if m[2] else 0


def check_versions(paths: list[Path], report: Report) -> None:
    """Versions of one law are told apart by their date: <name>@<date>."""
    versions: dict[str, dict[str, list[Path]]] = {}
    for path in paths:
        m = VERSION.match(path.stem)
        name, date = (m[1], m[2]) if m else (path.stem, "")
        versions.setdefault(name, {}).setdefault(date, []).append(path)
    several = [law for law in versions.values() if len(law) > 1]
    report.counts["laws in several versions"] = len(several)
    report.counts["versions of those laws"] = sum(map(len, several))
    report.counts["distinct <name>@<date>"] = sum(map(len, versions.values()))
    for name, law in versions.items():
        for date, files in law.items():
            if len(files) > 1:
                texts = {path.read_bytes() for path in files}
                how = "the same bytes" if len(texts) == 1 else "bytes differ"
                report.copies.append(f"{name}@{date}: {len(files)} files, {how}")


def read_folder(folder: Path) -> Report:
    """Read every text below the folder."""
    report = Report()
    paths = sorted(p for p in folder.rglob("*.md") if p.name != "_index.md")
    check_versions(paths, report)
    for path in paths:
        name = str(path.relative_to(folder))
        check_text(name, path.read_bytes().decode("utf-8-sig"), report)
    return report


def main() -> int:
    """Print the report; 1 if a text fails by our fault."""
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else LAWS
    if not source.exists():
        print(f"{source} is not here: nothing to measure.")
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = source
        if source.is_file():
            folder = Path(scratch)
            with tarfile.open(source) as archive:
                archive.extractall(folder, filter="data")
        began = time.perf_counter()
        report = read_folder(folder)
        seconds = time.perf_counter() - began
    lists = {
        "begins at a higher number": report.begins,
        "gap or repeat in the source": report.own,
        "quotes articles, has none of its own": report.quoted,
        "one version in several files": report.copies,
        "FAULTS OF OURS": report.faults,
    }
    for title, lines in lists.items():
        print(f"\n{title} ({len(lines)})", *lines, sep="\n  ")
    print()
    for title, count in report.counts.items():
        print(f"{title:32}{count:>10,}")
    print(f"{'seconds':32}{seconds:>10.1f}")
    print(f"{'faults of ours':32}{len(report.faults):>10}")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
