"""documents.yaml: what is wrong in it is told in Chinese, with place and remedy."""

import hashlib
import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from index.documents import FOLDER, PolicyDocument, load_entries_of
from index.read import Corpus, read_corpus
from index.yaml_files import DataError

CATALOGUE = FOLDER / "documents.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the catalogue and the texts, to be spoilt."""
    shutil.copy(CATALOGUE, tmp_path)
    shutil.copytree(FOLDER / "corpus", tmp_path / "corpus")
    return tmp_path


def spoil(folder: Path, old: str, new: str) -> None:
    path = folder / "documents.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def complaint(folder: Path) -> str:
    with pytest.raises(DataError) as error:
        read_corpus(folder)
    return str(error.value)


HUBEI = "fbad8df9215c749a9388533ef71814613f35fdbc204100f9663bde6e720d9ff8"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        # a field
        ("issuer: null", "isuer: null", ["shangjie-draft", "isuer", "拼写"]),
        (
            "  draft: true\n",
            "  draft: 也许\n",
            ["shangjie-draft", "draft", "true 或 false"],
        ),
        ("  place: [湖北省]\n", "", ["hubei-2023", "缺少字段 place", "null"]),
        ("  place: [湖北省]", "  place: 湖北省", ["hubei-2023", "place", "列表"]),
        (
            "issued: 2023-04-27",
            "issued: 二〇二三年",
            ["hubei-2023", "issued", "2024-12-19"],
        ),
        (
            "issued: 2023-04-27",
            "issued: 20230427",
            ["hubei-2023", "issued", "2024-12-19"],
        ),
        (
            "issued: 2023-04-27",
            "issued: 2023-02-30",
            ["documents.yaml", "2023-02-30", "行"],
        ),
        ("title: 关于促进专精", "title: 2023 #", ["hubei-2023", "title", "引号"]),
        ("id: hubei-2023", "id: hubei#2023", ["hubei#2023", "id", "#"]),
        ("id: hubei-2023", "id: ''", ["id", "不得为空"]),
        ("id: 附件2", "id: 附件 2", ["henan-2022-14", "parts.1.id", "空格"]),
        ("kind: site", "kind: advert", ["zhengzhou-2024", "drops.0.kind", "site"]),
        ("from: 專業(yè)服務", "form: 專業(yè)服務", ["drops.1.from", "drops.1.form"]),
        ("from: 專業(yè)服務", "from: ''", ["drops.1.from", "不得为空"]),
        ("begins: 附件 2", "begins: ''", ["parts.1.begins", "不得为空"]),
        (
            "        - from: 專業(yè)服務",
            "        - 專業\n        - from: 專業(yè)服務",
            ["drops.1", "字段: 值"],
        ),
        # the whole
        ("id: hubei-2023", "id: shangjie-draft", ["shangjie-draft", "两次"]),
        ("id: 附件2", "id: 附件1", ["henan-2022-14/附件1", "两次"]),
        (
            "  draft: true",
            "  draft: true\n  draft: false",
            ["第", "draft", "重复", "删去"],
        ),
        ("- id: hubei-2023", "- id: [hubei-2023", ["行", "YAML", "缩进"]),
        ("2026-12-31", "2024-12-18", ["zhengzhou-2024", "日期先后", "valid_until"]),
        # against the texts
        (HUBEI, "f" * 64, ["004_ad3cf675db0f6397.txt", "sha256", HUBEI, "恢复"]),
        (
            "file: 004_ad3cf675db0f6397.txt",
            "file: 无.txt",
            ["无.txt", "找不到", "路径"],
        ),
        ("begins: 附件 2", "begins: 附件 9", ["001_", "附件 9", "begins"]),
        ("begins: 附件 1", "begins: 附件 2", ["001_", "附件 2", "begins"]),
        ("from: 專業(yè)服務", "from: 專業服務", ["003_", "專業服務", "逐字"]),
        ("to: 50萬", "to: 60萬", ["003_", "60萬", "逐字"]),
        (
            "          to: 50萬~200萬補貼詳情",
            "          to: 冀ICP備17021515號-1",
            ["003_", "重叠", "合并"],
        ),
        (
            "有效期至2026年年底。",
            "有效期至2027年年底。",
            ["zhengzhou-2024", "2027", "逐字"],
        ),
    ],
)
def test_an_error_names_entry_field_and_remedy(
    old: str, new: str, told: list[str], folder: Path
):
    spoil(folder, old, new)
    message = complaint(folder)
    assert [word for word in told if word not in message] == []
    # No English sentence of pydantic or PyYAML, save what YAML itself says of a line.
    assert "YAML" in message or not re.search(
        r"[A-Za-z]+ [a-z]+ [a-z]+ [a-z]+", message
    )


def test_a_file_that_is_not_listed_is_named(folder: Path):
    (folder / "corpus/新文件.txt").write_text("一、甲。", "utf-8")
    assert "新文件.txt" in complaint(folder)
    assert "python -m index add" in complaint(folder)


def test_a_hidden_file_is_left_alone(folder: Path):
    (folder / "corpus/.DS_Store").write_bytes(b"\0")
    assert len(load_entries_of(folder)) == 4


def test_a_changed_character_is_noticed(folder: Path):
    path = folder / "corpus/002_a3a4204b02796dea.txt"
    path.write_bytes(path.read_bytes().replace("4000元".encode(), "5000元".encode()))
    assert "002_a3a4204b02796dea.txt" in complaint(folder)


def with_text(folder: Path, data: bytes) -> None:
    """Put other bytes into the draft's file and record their hash."""
    path = folder / "corpus/002_a3a4204b02796dea.txt"
    old = hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_bytes(data)
    spoil(folder, old, hashlib.sha256(data).hexdigest())


def test_a_text_in_another_encoding_is_named(folder: Path):
    with_text(folder, "第一条 支持企业。".encode("gbk"))
    assert all(w in complaint(folder) for w in ("002_", "UTF-8", "另存"))


def test_a_number_that_comes_twice_cannot_be_cited(folder: Path):
    with_text(folder, "前言\n第一条 甲。\n第三条 乙。\n附：\n第一条 丙。".encode())
    numbers = [k for k in read_corpus(folder).clauses if k.startswith("shangjie")]
    assert len(numbers) == len(set(numbers)) == 5


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_a_byte_order_mark_do_not_matter(bom: bytes, folder: Path):
    path = folder / "corpus/002_a3a4204b02796dea.txt"
    with_text(folder, bom + path.read_bytes().replace(b"\n", b"\r\n"))
    before, after = read_corpus().clauses, read_corpus(folder).clauses
    assert {k: c.text for k, c in after.items()} == {
        k: c.text for k, c in before.items()
    }


def test_a_catalogue_in_another_encoding_is_named(folder: Path):
    (folder / "documents.yaml").write_bytes("- id: 河南".encode("gbk"))
    assert "UTF-8" in complaint(folder)


@pytest.mark.parametrize("text", ["", "id: x", "甲"])
def test_a_catalogue_that_is_no_list_is_named(text: str, folder: Path):
    (folder / "documents.yaml").write_text(text, "utf-8")
    assert "列表" in complaint(folder)


def test_a_control_character_in_the_catalogue_is_told(folder: Path):
    spoil(folder, "湖北若干措施", "湖北\x01若干措施")
    assert "控制字符" in complaint(folder)


def test_a_missing_catalogue_is_told(tmp_path: Path):
    assert "documents.yaml" in complaint(tmp_path)


def test_a_second_source_must_not_hold_more_than_the_first(folder: Path):
    path = folder / "corpus/000_9b9e5f34e700dc86.txt"
    old = hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_bytes(path.read_bytes() + "\n　　（三）新增一项。\n".encode())
    spoil(folder, old, hashlib.sha256(path.read_bytes()).hexdigest())
    assert all(w in complaint(folder) for w in ("000_", "七（三）", "第一项"))


def test_a_second_source_of_a_whole_text_is_compared_too(folder: Path):
    first = folder / "corpus/002_a3a4204b02796dea.txt"
    data = first.read_bytes().replace("4000元".encode(), "5000元".encode())
    (folder / "corpus/002b.txt").write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    row = f"    - file: 002b.txt\n      sha256: {digest}\n      found: 转载\n"
    spoil(folder, "- id: hubei-2023", f"{row}- id: hubei-2023")
    clause = read_corpus(folder).clauses["shangjie-draft#第十六条"]
    assert [p.file for p in clause.sources] == [first.name, "002b.txt"]
    assert [(v.ours, v.theirs) for v in clause.variants] == [
        ("000元4000元", "000元5000元")
    ]


def document(**fields: date | bool | None) -> PolicyDocument:
    dates = {"issued": None, "valid_from": None, "valid_until": None}
    return PolicyDocument("x", "题", "题", None, None, (), **dates | fields)  # type: ignore[arg-type]


Y24, Y26 = date(2024, 12, 19), date(2026, 12, 31)


@pytest.mark.parametrize(
    ("fields", "as_of", "expected"),
    [
        ({"issued": Y24}, "2024-12-18", "not_yet"),
        ({"issued": Y24}, "2024-12-19", "unstated"),
        ({"issued": Y24, "valid_from": date(2025, 1, 1)}, "2024-12-31", "not_yet"),
        ({"issued": Y24, "valid_from": date(2025, 1, 1)}, "2025-01-01", "unstated"),
        ({"issued": Y24, "valid_until": Y26}, "2024-12-19", "in_force"),
        ({"issued": Y24, "valid_until": Y26}, "2026-12-31", "in_force"),
        ({"issued": Y24, "valid_until": Y26}, "2027-01-01", "expired"),
        ({"valid_until": Y26}, "1990-01-01", "in_force"),
        ({}, "2025-01-01", "unstated"),
        ({"draft": True}, "2025-01-01", "draft"),
        ({"draft": True, "issued": Y24, "valid_until": Y26}, "2030-01-01", "draft"),
    ],
)
def test_what_may_be_said_of_a_text_depends_on_the_day(
    fields: dict[str, date | bool], as_of: str, expected: str
):
    assert document(**fields).status(date.fromisoformat(as_of)) == expected


def test_the_five_texts_have_the_status_that_the_readings_settle(corpus: Corpus):
    status = {k: d.status(date(2027, 1, 1)) for k, d in corpus.documents.items()}
    assert status == {
        **dict.fromkeys(["henan-2022-14", "hubei-2023"], "unstated"),
        **{f"henan-2022-14/附件{n}": "unstated" for n in (1, 2, 3)},
        "zhengzhou-2024": "expired",
        "shangjie-draft": "draft",
    }


def test_an_annex_has_the_dates_and_the_place_of_its_text(corpus: Corpus):
    main, annex = (corpus.documents[f"henan-2022-14{p}"] for p in ("", "/附件3"))
    assert (annex.parent, annex.issued, annex.place) == (
        *("henan-2022-14", main.issued, main.place),
    )
    assert annex.id in main.parts
    assert [d.level for d in corpus.documents.values()] == [
        *["province"] * 4,
        *("city", "district", "province"),
    ]
