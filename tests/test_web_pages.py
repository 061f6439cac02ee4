"""测算, 体检, 政策库 and the frame of all pages, over HTTP in one process."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from icalendar import Calendar
from pydantic import SecretStr
from web_desk import DAY, DEVICES, client_of, desk_of

from assistant.calculator import assess
from assistant.chat import Assistant
from assistant.inputs import amount_text
from assistant.match import match
from assistant.money import yuan_text
from assistant.profile_file import ProfileEntry, profile_of
from assistant.quotes import locate
from assistant.rules import Rulebook
from assistant.web.desk import Desk
from assistant.web.ends import ends_of
from assistant.web.profile_form import filled, profile_from, rule_fields
from assistant.web.raw_view import raw_texts
from assistant.web.server import NoPassword, check_host
from assistant.web.talk import Said, Shown, talk
from assistant.web.visitors import visitor_of
from eval.rule_cases import outcome
from eval.rule_cases import profile_of as profile_of_case
from index.documents import FOLDER
from index.read import Corpus
from index.settings import Settings
from index.yaml_files import load_yaml

PAGES = ("/", "/calculate", "/checkup", "/library", "/library/compare", "/past")
TABLES = sorted((Path(__file__).parent / "rules").glob("*.yaml"))


@pytest.fixture(scope="module")
def desk(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return desk_of(assistant, tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def client(desk: Desk) -> Iterator[TestClient]:
    with client_of(desk) as client:
        yield client


@pytest.fixture(scope="module")
def rulebook(assistant: Assistant) -> Rulebook:
    return assistant.rulebook


def get(
    client: TestClient, path: str, code: int = 200, /, **query: str
) -> BeautifulSoup:
    found = client.get(f"{path}?{urlencode(query)}" if query else path)
    assert found.status_code == code, found.text[:300]
    return BeautifulSoup(found.text, "html.parser")


def words_of(page: BeautifulSoup) -> str:
    return page.get_text(" ", strip=True)


# The frame


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_there(client: TestClient, path: str):
    assert "惠企政策问答助手" in client.get(path).text


@pytest.mark.parametrize("path", PAGES[1:])
def test_our_own_pages_run_no_script_but_our_own(client: TestClient, path: str):
    found = client.get(path)
    policy = found.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    page = BeautifulSoup(found.text, "html.parser")
    assert page.html["lang"] == "zh-CN"
    assert all(s["src"].startswith("/web/") for s in page.select("script"))
    assert page.select("[style]") == []  # which the policy would not let act
    assert "2026年11月22日" in words_of(page)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/library/text?id=x", "没有这一页"),
        ("/library/clause?id=x", "没有这一页"),
        ("/calculate?rule=x", "没有编号为“x”的项目"),
        ("/clause?id=x", "没有这一条"),
    ],
)
def test_what_is_not_there_is_said_in_chinese(client: TestClient, path: str, told: str):
    found = client.get(path)
    assert found.status_code == 404
    assert told in found.text


def test_the_shell_of_the_chat_names_no_day_that_would_pass(client: TestClient):
    assert "2026年11月22日" not in client.get("/").text
    assert (
        "每个回答写明按哪一天"
        in client.get("/config").json()["components"][0]["props"]["value"]
    )


def test_a_field_too_long_is_named(client: TestClient):
    told = words_of(get(client, "/library", 422, q="长" * 300))
    assert "“要找的词”填得不对：太长" in told


def test_a_database_at_fault_is_said_in_chinese(assistant: Assistant, tmp_path: Path):
    (tmp_path / "turns.db").mkdir()
    client = client_of(desk_of(assistant, tmp_path))
    assert "对话记录无法读写" in words_of(get(client, "/past", 503))


# 测算


def test_the_list_holds_every_rule_and_can_be_searched(
    client: TestClient, rulebook: Rulebook
):
    links = get(client, "/calculate").select(".rules a")
    assert len(links) == len(rulebook.rules)
    found = get(client, "/calculate", place="河南省郑州市", q="设备").select(".rules a")
    assert [a["href"] for a in found] == ["/calculate?rule=zhengzhou-equipment"]
    assert "共0项" in words_of(get(client, "/calculate", q="没有这个词"))


def test_every_rule_has_a_form_of_what_it_depends_on(
    client: TestClient, rulebook: Rulebook
):
    for rule in rulebook.rules.values():
        page = get(client, "/calculate", rule=rule.id)
        names = {field["name"] for field in page.select(".profile [name]")}
        conditions = rule.terms.conditions
        assert set(rule.terms.amount.inputs) <= names, rule.id
        assert {n for _, n, _ in conditions.bounds} <= names, rule.id
        assert {*conditions.facts, *conditions.assumed, *conditions.unless} <= names
        assert ("level" in names) == bool(conditions.level)


def test_every_rule_answers_its_place_alone_and_quotes_its_clause(
    client: TestClient, rulebook: Rulebook
):
    for rule in rulebook.rules.values():
        place = "".join(rule.document.place)
        page = get(client, "/calculate", rule=rule.id, place=place)
        (result,) = page.select("#result .answer")
        assert result.select_one(".verdict").get_text(strip=True)
        quote = result.select_one("blockquote").get_text(strip=True).strip("“”")
        assert locate(rule.terms.quote, quote), rule.id
        codes = {n["data-notice"] for n in result.select("[data-notice]")}
        assert ("draft" in codes) == rule.document.draft
        assert ("expired" in codes) == bool((last := rule.last_day()) and last < DAY), (
            rule.id
        )


def test_a_form_reads_every_row_of_the_rule_tables(rulebook: Rulebook):
    """What people type comes to the same finding as the numbers themselves."""
    vocabulary, tried = rulebook.vocabulary, 0
    for row in (row for path in TABLES for row in load_yaml(path, exact=True)):
        profile = profile_of_case(row)
        rule = rulebook.rules[row["rule"]]
        fields = rule_fields(rule, vocabulary)
        names = {field.name for field in fields}
        said = {n: amount_text(n, g.value) for n, g in profile.inputs.items()}
        said |= {n: "是" if v else "否" for n, v in profile.facts.items()}
        if profile.place:
            said["place"] = "".join(profile.place)
        if len(profile.levels) == 1:
            (said["level"],) = profile.levels
        odd = profile.deed or profile.is_payee or len(profile.levels) > 1
        if odd or not set(said) <= names:
            continue
        typed = filled(fields, said, vocabulary)
        if any(field.fault for field in typed):  # a place that needs its county …
            continue
        expected = outcome(assess(rule, profile, row["as_of"]))
        made = profile_from(typed, vocabulary)
        assert outcome(assess(rule, made, row["as_of"])) == expected, row["name"]
        tried += 1
    assert tried > 600


def test_a_result_has_its_sum_steps_payee_and_notices(client: TestClient):
    typed = {"place": "郑州市", "level": "provincial", "investment": "1500万"}
    page = get(client, "/calculate", rule="zhengzhou-equipment", **typed)
    text = words_of(page.select_one("#result"))
    assert "不超过150万元" in text
    assert "1500万元 × 10% = 150万元" in text
    assert "付给：企业" in text
    assert "不能同时享受" in text
    assert "投资额按税后计" in text  # what was assumed
    kept = page.select_one("[name=investment]")
    assert kept["value"] == "1500万"


def test_who_is_paid_instead_of_the_asker_is_said(client: TestClient):
    rules = get(client, "/calculate", q="技师")
    address = rules.select(".rules a")[0]["href"]
    text = words_of(get(client, address + "&place=上街区"))
    assert "征求意见稿，还不能申请" in text
    assert "受付对象是" in text


def test_wrong_fields_are_named_and_nothing_is_lost(client: TestClient):
    typed = {"place": "郑州市", "level": "provincial", "investment": "很多"}
    page = get(client, "/calculate", rule="zhengzhou-equipment", **typed)
    assert page.select("#result .answer") == []
    field = page.select_one("[name=investment]")
    assert (field["value"], field["aria-invalid"]) == ("很多", "true")
    assert "设备、软件实际投资" in page.select_one(f"#{field['aria-describedby']}").text
    assert page.select_one("[name=place]")["value"] == "郑州市"
    assert page.select_one("[name=level] [selected]")["value"] == "provincial"


def test_a_number_too_long_is_refused_not_cut(client: TestClient):
    typed = {"place": "郑州市", "level": "provincial", "investment": "1" * 99 + "万元"}
    page = get(client, "/calculate", rule="zhengzhou-equipment", **typed)
    assert page.select("#result .answer") == []
    assert page.select_one("[name=investment]")["value"] == typed["investment"]
    assert "设备、软件实际投资太长" in words_of(page)


@pytest.mark.parametrize(
    ("rule", "place", "verdict"),
    [
        ("zhengzhou-equipment", "郑州市", "depends"),
        ("zhengzhou-equipment", "武汉市", "no"),
    ],
)
def test_the_verdict_is_that_of_the_chat(
    client: TestClient, rule: str, place: str, verdict: str
):
    page = get(client, "/calculate", rule=rule, place=place)
    assert verdict in page.select_one("#result .verdict")["class"]


def test_what_an_enterprise_cannot_have_now_is_no_yes(
    client: TestClient, rulebook: Rulebook
):
    """No draft and nothing that is paid to somebody else is ever 符合."""
    for rule in rulebook.rules.values():
        place = "".join(rule.document.place)
        page = get(client, "/calculate", rule=rule.id, place=place)
        yes = "yes" in page.select_one("#result .verdict")["class"]
        assert not (yes and rule.document.draft), rule.id
        assert not (yes and rule.terms.payee != "enterprise"), rule.id


@pytest.mark.parametrize("count", ["6.5", "-1"])
def test_a_number_that_cannot_be_is_refused(client: TestClient, count: str):
    form = get(client, "/calculate", q="新型学徒制中级工").select(".rules a")[0]["href"]
    text = words_of(
        get(client, f"{form}&place=郑州市&apprentices_intermediate={count}")
    )
    assert "中级工学徒人数" in text
    assert "测算结果" not in text
    assert "元 ×" not in text


# 体检


PROFILE = {
    "place": "河南省郑州市上街区",
    "level": "provincial",
    "investment": "1500万",
    "monthly_rent": "2万",
    "state_owned_premises": "是",
    "newly_recognised": "是",
}


def checked(assistant: Assistant):
    entry = ProfileEntry(
        place=PROFILE["place"],
        levels=("provincial",),
        inputs={"investment": "1500万", "monthly_rent": "2万"},
        facts={"state_owned_premises": "是", "newly_recognised": "是"},
    )
    rulebook = assistant.rulebook
    return match(rulebook, profile_of(entry, rulebook.vocabulary), DAY)


def test_the_check_up_is_that_of_match(client: TestClient, assistant: Assistant):
    found = checked(assistant)
    page = get(client, "/checkup", **PROFILE)
    assert {r["data-met"] for r in page.select("[data-met]")} == {
        f.rule.id for f in found.met
    }
    assert [r["data-unknown"] for r in page.select("[data-unknown]")] == [
        u.rule.id for u in found.unknown
    ]
    here = {r["data-not-met"] for r in page.select("[data-not-met]")}
    assert here <= {n.rule.id for n in found.not_met}
    assert not any(rule.startswith("hubei") for rule in here)
    text = words_of(page)
    for _, total in found.totals:
        assert yuan_text(total.amount) in text
    assert "征求意见稿" in text


def test_the_days_that_benefits_end_are_a_table_a_picture_and_a_calendar(
    client: TestClient, assistant: Assistant
):
    rows = [row for row in checked(assistant).ends if row[0] >= DAY]
    assert rows
    page = get(client, "/checkup", **PROFILE)
    days = {end.text for end in ends_of(rows, DAY)}
    assert days == {
        row.td.get_text() for row in page.select(".timeline ~ .table tbody tr")
    }
    drawn = " ".join(t.get_text() for t in page.select(".timeline text"))
    assert all(day in drawn for day in days)
    made = Calendar.from_ical(client.get(f"/checkup.ics?{urlencode(PROFILE)}").content)
    events = made.walk("VEVENT")
    assert sorted(e.decoded("dtstart") for e in events) == [day for day, _ in rows]
    assert {str(e["summary"]) for e in events} == {
        f"{rule.terms.label}截止" for _, rule in rows
    }
    assert all(e.walk("VALARM") for e in events)
    assert len({str(e["uid"]) for e in events}) == len(events)


def test_a_picture_keeps_the_days_apart():
    rules = {day: f"rule {day}" for day in (date(2026, 12, 31), date(2027, 6, 30))}
    ends = ends_of([(day, FakeRule(label)) for day, label in rules.items()], DAY)
    assert [end.days_left for end in ends] == [39, 220]
    assert 20 < ends[0].x < ends[1].x <= 700
    assert ends[0].y < ends[1].y


class FakeRule:
    """A rule of which only the label is looked at."""

    def __init__(self, label: str) -> None:
        self.terms = self
        self.label = label


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"investment": "2万"}, "请先填地区"),
        ({"place": "火星"}, "地区“火星”不能确定是哪里"),
        ({"place": "郑州市", "monthly_rent": "两三万"}, "月租金"),
    ],
)
def test_a_profile_that_cannot_be_checked_says_what_to_change(
    client: TestClient, typed: dict[str, str], told: str
):
    page = get(client, "/checkup", **typed)
    assert told in words_of(page)
    assert page.select("#result") == []
    for name, value in typed.items():
        assert page.select_one(f"[name={name}]")["value"] == value


def test_what_was_typed_stays_where_the_place_has_no_use_for_it(client: TestClient):
    page = get(client, "/checkup", place="湖北省武汉市", monthly_rent="2万")
    assert page.select_one("[name=monthly_rent]")["value"] == "2万"


def test_nobody_in_wuhan_is_shown_a_rule_of_henan(client: TestClient):
    page = get(client, "/checkup", place="湖北省武汉市", level="national_little_giant")
    shown = page.select("[data-met], [data-unknown], [data-not-met]")
    ids = {
        value
        for tag in shown
        for key, value in tag.attrs.items()
        if "met" in key or "unknown" in key
    }
    assert ids
    assert all(rule.startswith("hubei") for rule in ids)


# 政策库


def test_the_texts_are_listed_and_filtered(client: TestClient, corpus: Corpus):
    titles = [f"《{d.title}》" for d in corpus.documents.values() if d.place]
    listed = [a.get_text() for a in get(client, "/library").select(".texts a")]
    assert listed == titles
    drafts = get(client, "/library", status="draft").select(".texts a")
    assert [a.get_text() for a in drafts] == [
        f"《{d.title}》" for d in corpus.documents.values() if d.draft
    ]
    assert len(get(client, "/library", level="city").select(".texts a")) == 1


def test_a_search_finds_clauses_of_the_texts_that_are_left(client: TestClient):
    found = get(client, "/library", q="设备补助", place="湖北省").select(".found a")
    assert "湖北" in found[0].get_text()
    assert all("湖北" in a.get_text() for a in found)


def test_every_clause_stands_in_its_text_with_its_source(
    client: TestClient, corpus: Corpus
):
    for document in corpus.documents.values():
        own = [c for c in corpus.clauses.values() if c.document == document.id]
        if not own:
            continue
        page = get(client, "/library/text", id=document.id)
        assert len(page.select(".leaf")) == len(own)
        assert own[0].text.strip()[:20] in page.get_text()


def test_a_source_is_shown_as_it_was_found(corpus: Corpus):
    """No character of a source is lost or added between the marks."""
    marked = 0
    for clause in corpus.clauses.values():
        for shown in raw_texts(clause):
            place = shown.place
            raw = (FOLDER / "corpus" / place.file).read_bytes().decode("utf-8-sig")
            whole = "".join(piece.text for piece in shown.pieces)
            assert whole == raw[place.start : place.end]
            marked += sum(bool(piece.kind) for piece in shown.pieces)
    assert marked > 1000


def test_a_clause_is_shown_with_its_neighbours_and_the_quote_marked(
    client: TestClient, rulebook: Rulebook
):
    for rule in rulebook.rules.values():
        terms = rule.terms
        page = get(client, "/clause", id=terms.clause, quote=terms.quote)
        marked = "".join(m.get_text() for m in page.select("mark"))
        assert locate(terms.quote.replace("…", ""), marked), rule.id
    page = get(client, "/clause", id="hubei-2023#九")
    ids = [b["data-clause"] for b in page.select(".neighbours button")]
    assert ids == ["hubei-2023#八", "hubei-2023#十"]


def test_two_clauses_stand_side_by_side(client: TestClient):
    page = get(
        client, "/library/compare", a="hubei-2023#九", b="zhengzhou-2024#三（一）1"
    )
    shown = [c["data-shown"] for c in page.select(".sides .clause")]
    assert shown == ["hubei-2023#九", "zhengzhou-2024#三（一）1"]
    wrong = get(client, "/library/compare", a="没有", b="hubei-2023#九")
    assert "没有编号为“没有”的条款" in words_of(wrong)


# Hostile words in any field


HOSTILE = '"><script>window.struck=1</script><img src=x onerror=window.struck=1>'


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/library", "q"),
        ("/library", "place"),
        ("/library/compare", "a"),
        ("/calculate", "q"),
        ("/calculate?rule=zhengzhou-equipment", "investment"),
        ("/calculate?rule=zhengzhou-equipment", "place"),
        ("/calculate", "rule"),
        ("/checkup", "place"),
        ("/checkup", "investment"),
        ("/clause?id=hubei-2023%23九", "quote"),
        ("/clause", "id"),
    ],
)
def test_hostile_words_in_a_field_stay_words(client: TestClient, path: str, field: str):
    sign = "&" if "?" in path else "?"
    found = client.get(f"{path}{sign}{urlencode({field: HOSTILE})}")
    page = BeautifulSoup(found.text, "html.parser")
    assert page.select("img") == []
    assert all(s.get("src", "").startswith("/web/") for s in page.select("script"))


def test_hostile_words_in_a_document_stay_words(
    client: TestClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    library = desk.assistant.index.library
    clause, document = "hubei-2023#九", library.documents["hubei-2023"]
    plain = library.clause(clause)
    bad = replace(
        plain, text=HOSTILE + plain.text, heading=HOSTILE, units=(HOSTILE,), label="<b>"
    )
    monkeypatch.setattr(library, "clause", lambda _: bad)
    worse = replace(document, title=HOSTILE, short=HOSTILE)
    monkeypatch.setitem(library.documents, "hubei-2023", worse)
    for path in ("/clause", "/library/clause", "/library/text", "/library"):
        query = {"id": document.id if path.endswith("text") else clause, "q": "补助"}
        page = get(client, path, **query)
        assert HOSTILE in page.get_text()
        assert page.select("img, b") == []
        assert all(s.get("src", "").startswith("/web/") for s in page.select("script"))


# A visitor's own conversations


@pytest.fixture
def own(assistant: Assistant, tmp_path: Path) -> tuple[Desk, TestClient, Shown]:
    """A desk, a browser, and a turn of that browser's."""
    desk = desk_of(assistant, tmp_path)
    client = client_of(desk)
    client.get("/past")
    visitor = visitor_of({"visitor": client.cookies["visitor"]})
    (shown,) = talk(desk, visitor, Said(question=DEVICES))
    return desk, client, shown


def test_a_browser_gets_one_cookie_that_scripts_cannot_read(
    assistant: Assistant, tmp_path: Path
):
    client = client_of(desk_of(assistant, tmp_path))
    first = client.get("/past").headers["set-cookie"]
    assert "HttpOnly" in first
    assert "SameSite=Lax" in first
    assert "set-cookie" not in client.get("/past").headers
    other = client_of(desk_of(assistant, tmp_path)).get("/past").headers["set-cookie"]
    assert first.partition(";")[0] != other.partition(";")[0]


def test_the_cookie_itself_is_not_stored(own: tuple[Desk, TestClient, Shown]):
    desk, client, shown = own
    stored = desk.log.turn(shown.turn).visitor or ""
    assert stored
    assert client.cookies["visitor"] not in stored


def test_conversations_are_shown_exported_and_deleted(
    own: tuple[Desk, TestClient, Shown],
):
    _, client, shown = own
    page = get(client, "/conversation", id=shown.conversation)
    assert page.select_one(".turn")["data-turn"] == shown.turn
    exported = client.get(f"/conversation.md?id={shown.conversation}")
    assert "最多150万元" in exported.text
    assert "attachment" in exported.headers["content-disposition"]
    assert DEVICES in words_of(get(client, "/past"))
    client.post("/past/delete", data={"id": shown.conversation})
    assert DEVICES not in words_of(get(client, "/past"))
    assert get(client, "/conversation", id=shown.conversation).select(".turn") == []


def test_another_browser_can_do_nothing_with_them(own: tuple[Desk, TestClient, Shown]):
    desk, client, shown = own
    other = client_of(desk)
    assert get(other, "/conversation", id=shown.conversation).select(".turn") == []
    exported = other.get(f"/conversation.md?id={shown.conversation}").text
    assert "150万元" not in exported
    vote = {"turn": shown.turn, "helpful": True}
    assert other.post("/vote", json=vote).status_code == 404
    other.post("/past/delete", data={"id": shown.conversation})
    assert get(client, "/conversation", id=shown.conversation).select(".turn")
    assert client.post("/vote", json=vote).status_code == 204


@pytest.mark.parametrize(
    "vote", [{}, {"turn": "x", "helpful": True}, {"turn": "A" * 12, "helpful": "?"}]
)
def test_a_vote_that_cannot_be_read_is_refused(
    own: tuple[Desk, TestClient, Shown], vote: dict[str, object]
):
    _, client, _ = own
    found = client.post("/vote", json=vote)
    assert found.status_code == 422
    assert "填得不对" in found.text


@pytest.mark.parametrize(
    ("host", "password", "may"),
    [
        ("127.0.0.1", "", True),
        ("::1", "", True),
        ("localhost", "", True),
        ("0.0.0.0", "", False),
        ("192.168.1.5", "", False),
        ("example.com", "", False),
        ("0.0.0.0", "x", True),
    ],
)
def test_others_may_reach_the_host_only_with_a_password(
    host: str, password: str, may: bool
):
    settings = Settings(host=host, admin_password=SecretStr(password))
    if may:
        check_host(settings)
    else:
        with pytest.raises(NoPassword, match="POLICY_ADMIN_PASSWORD"):
            check_host(settings)
