"""A new text's draft: what it says of itself, and null for what it does not."""

import tarfile
from datetime import date
from pathlib import Path

import pytest
import yaml

from index.__main__ import main
from index.documents import FOLDER, Entry, load_entries_of
from index.draft import Draft, draft, draft_text, entry_yaml
from index.read import load_text
from index.yaml_files import DataError

LAWS = Path(__file__).parent.parent.parent / "shared/laws/laws.tar.xz"
FILES = sorted((FOLDER / "corpus").iterdir())


def drafted(tmp_path: Path, text: str, name: str = "新文件.txt") -> Draft:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return draft(path)


def corpus_draft(start: str) -> Draft:
    return draft(next(f for f in FILES if f.name.startswith(start)))


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name[:3])
def test_a_draft_filled_in_by_a_person_is_a_valid_entry(path: Path):
    row = yaml.safe_load(entry_yaml(draft(path)))[0]
    row["place"] = row["place"] or ["河南省"]
    row["sources"][0]["found"] = "测试"
    entry = Entry.model_validate(row)
    assert load_text(path, entry.sources[0]).value


def test_what_a_draft_states_agrees_with_the_catalogue():
    for entry in load_entries_of():
        found = draft(FOLDER / "corpus" / entry.sources[0].file)
        assert found.sha256 == entry.sources[0].sha256
        assert [(p.id, p.title, p.begins) for p in found.parts] == [
            (p.id, p.title, p.begins) for p in entry.parts
        ]
        assert found.facts.draft == entry.draft
        for name in (
            *("title", "number", "issuer", "issued", "valid_from"),
            *("valid_until", "validity_quote"),
        ):
            proposed = getattr(found.facts, name)
            assert proposed in (None, getattr(entry, name)), (entry.id, name)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (
            "001",
            {
                "number": "豫政办〔2022〕14号",
                "issued": date(2022, 2, 9),
                "issuer": "河南省人民政府办公厅",
                "place": ("河南省",),
            },
        ),
        ("002", {"draft": True, "place": ("上街区",), "issued": None}),
        (
            "003",
            {
                "issued": date(2024, 12, 19),
                "valid_from": date(2024, 12, 19),
                "valid_until": date(2026, 12, 31),
                "place": ("郑州市",),
            },
        ),
        ("004", {"issued": date(2023, 4, 27), "place": None, "issuer": None}),
        ("000", {"issued": None, "number": None, "place": None}),
    ],
)
def test_the_five_texts_are_drafted_from_their_own_words(
    file: str, expected: dict[str, object]
):
    facts = corpus_draft(file).facts
    assert {name: getattr(facts, name) for name in expected} == expected


def test_the_advertisement_around_a_text_is_proposed_to_be_dropped():
    drops = corpus_draft("003").drops
    assert [(d.start[:4], d.end[-4:]) for d in drops] == [
        ("申報日期", "補貼詳情"),
        ("專業(y", "5號-1"),
    ]
    assert [corpus_draft(f).drops for f in ("000", "001", "002", "004")] == [()] * 4


@pytest.mark.parametrize(
    ("sentence", "until", "years"),
    [
        (
            "本办法自2024年1月1日起施行，有效期至2026年12月31日。",
            date(2026, 12, 31),
            None,
        ),
        ("本办法自印发之日起施行，有效期至2028年2月底。", date(2028, 2, 29), None),
        ("本办法有效期至2025年6月。", date(2025, 6, 30), None),
        ("本办法自发布之日起实施，有效期3年。", None, "3"),
        ("本办法有效期为五年。", None, "五"),
        ("对有效期至2025年的小巨人企业给予补贴。", None, None),
        ("政策执行期限至2022年6月30日。", None, None),
    ],
)
def test_validity_is_read_from_the_sentence_on_the_text_itself(
    sentence: str, until: date | None, years: str | None, tmp_path: Path
):
    found = drafted(tmp_path, f"××办法\n第一条 甲。\n第二条 {sentence}\n")
    assert (found.facts.valid_until, found.facts.years) == (until, years)
    assert (found.facts.validity_quote == sentence) == bool(until or years)
    assert (words_of_years(found) in draft_text(found)) == bool(years)


def words_of_years(found: Draft) -> str:
    return f"有效期 {found.facts.years} 年"


NEW = """当前位置：首页 > 政策文件
湖北省武汉市人民政府办公厅
关于支持企业发展的通知
武政办〔2025〕3号
各区人民政府：
现将有关事项通知如下，请认真贯彻执行，有关情况及时报告市人民政府办公厅。
一、给予补贴。最高50万元。
三、给予?励。
三、另行通知。
武汉市人民政府办公厅
2025年3月1日
附件1
申报指南
一、条件。无。
二、材料。无。
打印本页
Copyright © 某网站 鄂ICP备1号
"""


def test_a_draft_reports_what_a_person_must_look_at(tmp_path: Path):
    found = drafted(tmp_path, NEW, "wuhan-2025.txt")
    assert (found.facts.id, found.facts.number) == ("wuhan-2025", "武政办〔2025〕3号")
    assert found.facts.place == ("湖北省", "武汉市")
    assert found.facts.issued == date(2025, 3, 1)
    assert [(d.start, d.end) for d in found.drops] == [
        ("当前位置：首页 > 政策文件",) * 2,
        ("打印本页", "Copyright © 某网站 鄂ICP备1号"),
    ]
    assert [p.id for p in found.parts] == ["附件1"]
    report = draft_text(found)
    for told in (
        "正文：2 条（一 至 三）",
        "附件1：2 条（一 至 二）",
        "“三、”之前有缺",
        "“三、”未另立为条款",
        f"第 {NEW.index('?')} 个字符处",
        "剔除网站广告等非政策内容 2",
        "place: [湖北省, 武汉市]",
        "valid_until: null  # 请核对",
    ):
        assert told in report


def test_a_text_without_numbers_or_title_is_drafted_too(tmp_path: Path):
    for text in ("", "\n\n", "一段没有编号的话。"):
        found = drafted(tmp_path, text)
        assert (found.facts.id, found.facts.title) == ("新文件", None)
        assert "没有发现编号" in draft_text(found)
        assert yaml.safe_load(entry_yaml(found))[0]["title"] is None


def test_a_draft_changes_nothing():
    before = {f: f.read_bytes() for f in [*FILES, FOLDER / "documents.yaml"]}
    for file in FILES:
        draft_text(draft(file))
    assert {f: f.read_bytes() for f in before} == before


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path):
    (tmp_path / "a.txt").write_bytes("第一条".encode("gbk"))
    with pytest.raises(DataError, match="UTF-8"):
        draft(tmp_path / "a.txt")
    with pytest.raises(DataError, match="找不到"):
        draft(tmp_path / "b.txt")


def test_the_command_prints_the_draft(capsys: pytest.CaptureFixture[str]):
    assert main(["add", str(FILES[0])]) == 0
    assert "请核对" in capsys.readouterr().out


@pytest.fixture(scope="module")
def laws(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not LAWS.is_file():
        pytest.skip("no ../shared/laws here")
    folder = tmp_path_factory.mktemp("laws")
    with tarfile.open(LAWS) as archive:
        wanted = [m for m in archive if Path(m.name).name in LAW_NAMES]
        archive.extractall(folder, wanted, filter="data")
    return folder


LAW_NAMES = {
    "中小企业促进法(2017-09-01).md": ("中华人民共和国中小企业促进法", 61, 2018),
    "河南省优化营商环境条例(2020-11-28).md": ("河南省优化营商环境条例", 90, 2021),
    "保障农民工工资支付条例(2019-12-30).md": ("保障农民工工资支付条例", 64, 2020),
}


@pytest.mark.parametrize("name", LAW_NAMES)
def test_a_law_is_drafted_with_its_title_and_all_its_articles(name: str, laws: Path):
    title, articles, year = LAW_NAMES[name]
    found = draft(next(laws.rglob(name)))
    assert (found.facts.title, found.facts.id) == (title, title)
    assert len(found.counted[0].clauses) == articles
    assert found.facts.valid_from
    assert found.facts.valid_from.year == year
    assert (found.gaps, found.repeats, found.garble) == ((), (), ())
