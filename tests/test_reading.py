"""The five texts as read: nothing lost, nothing invented, every id as printed."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from index.clean import clean, garble
from index.documents import FOLDER, Entry, documents_of, load_entries_of
from index.read import Corpus, load_text, read_copies, read_entry
from index.text import Text

SHARED = Path(__file__).parent.parent.parent / "shared"
GOLD = SHARED / "qa/clauses.json"
FILES = sorted(path.name for path in (FOLDER / "corpus").iterdir())
BARE = re.compile(r"[\W_]")


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return load_entries_of()


def whole_texts(entries: list[Entry]) -> dict[str, Text]:
    """Each source file, cleaned, before it is cut into parts."""
    sources = {s.file: s for e in entries for s in e.sources}
    sources |= {c.file: c for e in entries for p in e.parts for c in p.copies}
    return {n: load_text(FOLDER / "corpus" / n, s) for n, s in sources.items()}


def test_every_file_is_read(entries: list[Entry]):
    assert sorted(whole_texts(entries)) == FILES
    assert len(FILES) == 5


@pytest.mark.parametrize("file", FILES)
def test_every_raw_character_is_in_a_section_or_in_a_correction(
    file: str, entries: list[Entry]
):
    covered: Counter[int] = Counter()
    for entry in entries:
        folder = FOLDER / "corpus"
        for reading in [*read_entry(entry, folder), *read_copies(entry, folder)]:
            if reading.file == file:
                text = reading.text
                kept = Counter(
                    at
                    for section in reading.sections
                    for i in range(section.start, section.end)
                    for at in range(text.starts[i], text.ends[i])
                )
                # Several characters may come from one damaged stretch of the source.
                covered += Counter(kept.keys())
                removed = (c for c in text.corrections if not c.corrected)
                covered += Counter(at for c in removed for at in range(c.start, c.end))
    raw = (FOLDER / "corpus" / file).read_text("utf-8")
    assert [raw[i] for i in range(len(raw)) if not covered[i]] == []
    assert max(covered.values()) == 1  # and in no more than one


@pytest.mark.parametrize("file", FILES)
def test_the_corrections_alone_turn_the_raw_text_into_the_read_text(
    file: str, entries: list[Entry]
):
    text = whole_texts(entries)[file]
    raw = (FOLDER / "corpus" / file).read_text("utf-8")
    pieces: list[str] = []
    at = 0
    for c in text.corrections:
        assert (c.start >= at, c.raw) == (True, raw[c.start : c.end])
        pieces += (raw[at : c.start], c.corrected)
        at = c.end
    assert "".join([*pieces, raw[at:]]) == text.value


def test_a_section_is_its_stretch_of_the_text_without_number_and_layout(
    entries: list[Entry],
):
    for entry in entries:
        for reading in read_entry(entry, FOLDER / "corpus"):
            for section in reading.sections:
                stretch = re.sub(r"\s", "", reading.text.value)
                body = re.sub(r"\s", "", section.text.value)
                assert body in stretch
                own = reading.text.value[section.start : section.end]
                own = re.sub(r"\s", "", own)
                assert own.endswith(body)
                assert section.label.endswith(own[: -len(body)])


def test_sections_follow_each_other_without_a_hole(entries: list[Entry]):
    for entry in entries:
        for reading in read_entry(entry, FOLDER / "corpus"):
            ends = [0, *(s.end for s in reading.sections)]
            starts = [*(s.start for s in reading.sections), len(reading.text)]
            assert ends == starts


needs_gold = pytest.mark.skipif(not GOLD.is_file(), reason="no ../shared/qa here")


@needs_gold
def test_the_clauses_are_exactly_those_of_the_gold(corpus: Corpus):
    gold = {k for k in json.loads(GOLD.read_text("utf-8")) if not is_front(k)}
    own = {c.id for c in corpus.clauses.values() if not c.is_front_matter}
    assert len(gold) == 114
    assert own == gold


@needs_gold
def test_each_text_is_the_end_of_its_gold_text(corpus: Corpus):
    """The gold glues headings in front, and the line of validity behind a clause."""
    wrong: list[str] = []
    for key, text in json.loads(GOLD.read_text("utf-8")).items():
        if is_front(key):
            accepted = [BARE.sub("", t) for t in text]
            if key in corpus.clauses:
                own = BARE.sub("", corpus.clauses[key].text)
                own = re.sub(r"^附件\d", "", own)
                if not any(own in t or t in own for t in accepted):
                    wrong.append(key)
            continue
        own = BARE.sub("", corpus.clauses[key].text)
        if key == "zhengzhou-2024#四（三）":
            own += BARE.sub("", corpus.clauses["zhengzhou-2024#结语"].text)
        if not BARE.sub("", text).endswith(own):
            wrong.append(key)
    assert wrong == []


def is_front(key: str) -> bool:
    return key.endswith(("#前言", "#结语"))


def test_the_line_of_validity_is_a_closing_of_its_own(corpus: Corpus):
    quote = "本方案自公布之日起实施，有效期至2026年年底。"
    assert corpus.clauses["zhengzhou-2024#结语"].text == quote
    assert quote not in corpus.clauses["zhengzhou-2024#四（三）"].text


def test_texts_are_without_markup_notes_or_traditional_characters(corpus: Corpus):
    text = "".join(c.text for c in corpus.clauses.values())
    assert (
        re.findall(r"\*\*|\([a-zāáǎàēéěèīíǐìōóǒòūúǔù]+\)|[業區財專鄭認]|ICP", text)
        == []
    )


def test_no_text_is_reported_as_damaged_or_gapped(corpus: Corpus):
    odd = [(r.file, r.gaps, r.repeats, r.garble) for r in corpus.readings]
    assert odd == [(r.file, (), (), ()) for r in corpus.readings]


def test_cleaning_a_clause_s_raw_stretch_again_gives_its_text(corpus: Corpus):
    for clause in corpus.clauses.values():
        place = clause.sources[0]
        assert again(place.file, place.start, place.end) == BARE.sub("", clause.text)


def test_cleaning_a_sentence_s_raw_stretch_again_gives_the_sentence(corpus: Corpus):
    inexact: list[tuple[str, str]] = []
    for clause in corpus.clauses.values():
        assert "".join(s.text for s in clause.sentences) == re.sub(
            r"\n", "", clause.text
        )
        for s in clause.sentences:
            file = clause.sources[0].file
            if again(file, s.start, s.end) != BARE.sub("", s.text):
                inexact.append((clause.id, s.text))
    # One byte shift damaged the full stop together with the words behind it.
    assert inexact == [("hubei-2023#十二", "强化宣传引导。")]


def again(file: str, start: int, end: int) -> str:
    raw = (FOLDER / "corpus" / file).read_text("utf-8")
    return BARE.sub("", clean(Text.from_raw(raw[start:end])).value)


def test_a_clause_records_the_corrections_inside_it_with_raw_offsets(corpus: Corpus):
    for clause in corpus.clauses.values():
        place = clause.sources[0]
        raw = (FOLDER / "corpus" / place.file).read_text("utf-8")
        for c in clause.corrections:
            assert raw[c.start : c.end] == c.raw
    kinds = {c.kind for c in corpus.clauses["hubei-2023#九"].corrections}
    assert {"double_byte", "pinyin", "traditional"} <= kinds


def test_annex_3_has_two_sources_wherever_both_hold_the_clause(corpus: Corpus):
    annex = [c for c in corpus.clauses.values() if c.document == "henan-2022-14/附件3"]
    files = {tuple(p.file[:3] for p in c.sources) for c in annex}
    assert (len(annex), files) == (21, {("001", "000")})  # 20 and the preface
    others = [c for c in corpus.clauses.values() if c not in annex]
    assert {len(c.sources) for c in others} == {1}


def test_the_two_sources_of_annex_3_differ_in_three_places(corpus: Corpus):
    variants = {
        (c.number, v.ours, v.theirs)
        for c in corpus.clauses.values()
        for v in c.variants
    }
    assert variants == {
        ("前言", "附件3支持专精", "支持专精"),
        ("五（三）", "政策支持绿色通道", "政策支持的绿色通道"),
        ("六（一）", "微企业创新创业示范基地", "微企业创业创新示范基地"),
    }


def test_documents_stand_in_their_order_with_annexes_behind(corpus: Corpus):
    assert list(corpus.documents) == [
        *("henan-2022-14", "henan-2022-14/附件1", "henan-2022-14/附件2"),
        *("henan-2022-14/附件3", "zhengzhou-2024", "shangjie-draft", "hubei-2023"),
    ]


def test_ids_are_unique_over_documents(entries: list[Entry]):
    ids = [d.id for e in entries for d in documents_of(e)]
    assert len(ids) == len(set(ids))


def test_the_read_texts_themselves_hold_no_garble(entries: list[Entry]):
    assert [garble(text) for text in whole_texts(entries).values()] == [[]] * 5
