"""The REST API: answers as everywhere, problems in Chinese, tickets, what is logged."""

import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from staffed import logged_in, program, with_staff
from web_desk import DAY, DEVICES, client_of, desk_of

from assistant.chat import Assistant
from assistant.session import Session
from assistant.turn_log import TurnLog
from assistant.web import asking
from assistant.web.desk import Desk
from prompts import words

CLAUSE = "zhengzhou-2024#三（一）1"
PROFILE = {
    "place": "郑州",
    "levels": ["provincial"],
    "inputs": {"investment": "1500万"},
    "facts": {"after_tax": "是", "level_valid": "是"},
}


@pytest.fixture
def desk(assistant: Assistant, tmp_path: Path) -> Iterator[Desk]:
    desk = with_staff(desk_of(assistant, tmp_path))
    yield desk
    desk.log.close()


@pytest.fixture
def api(desk: Desk) -> TestClient:
    client = program(desk)
    client.base_url = client.base_url.join("/api/v1/")
    return client


def refused(answer: object, status: int) -> str:
    """What a problem says."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert re.search("[一-龥]", problem["detail"])
    return problem["detail"]


# Asking


def test_an_answer_is_that_of_the_assistant(api: TestClient, assistant: Assistant):
    wanted = json.loads(json.dumps(assistant.ask(DEVICES, Session(), DAY).to_json()))
    given = api.post("ask", json={"question": DEVICES}).json()
    own = ("behaviour", "text", "verdict", "citations", "figures", "notices", "profile")
    for part in own:
        assert given[part] == wanted[part], part
    assert given["as_of"] == "2026-11-22"


def test_a_conversation_goes_on_and_is_nobody_else_s(desk: Desk, api: TestClient):
    first = api.post("ask", json={"question": "我们是郑州的省级专精特新企业"}).json()
    talk = {"conversation": first["conversation"], "question": "买设备1500万补多少"}
    second = api.post("ask", json=talk).json()
    assert [f["yuan"] for f in second["figures"]] == ["1500000"]
    other = program(desk, "other")
    assert "没有编号为" in refused(other.post("/api/v1/ask", json=talk), 404)
    vote = {"turn": second["turn"], "helpful": False, "reason": "电话13912345678"}
    refused(other.post("/api/v1/feedback", json=vote), 404)
    assert api.post("feedback", json=vote).status_code == 204


def test_a_day_is_asked_about(api: TestClient):
    asked = {"question": DEVICES, "as_of": "2027-01-05"}
    answer = api.post("ask", json=asked).json()
    assert "expired" in [n["code"] for n in answer["notices"]]
    assert answer["as_of"] == "2027-01-05"


# Texts and sums


def test_texts_and_clauses_are_verbatim(api: TestClient, assistant: Assistant):
    library = assistant.index.library
    listed = api.get("documents").json()
    assert {d["id"] for d in listed} == set(library.documents)
    assert api.get("documents/henan-2022-14/附件1").json()["parent"] == "henan-2022-14"
    clauses = api.get("clauses", params={"document": "hubei-2023"}).json()
    own = library.of_document("hubei-2023")
    assert [c["text"] for c in clauses] == [c.text for c in own]
    for id_ in ("zhengzhou-2024%23三（一）1", "henan-2022-14/附件1%23三"):
        clause = api.get(f"clauses/{id_}").json()
        assert clause["text"] == library.clause(clause["id"]).text
    later = api.get("documents/zhengzhou-2024", params={"as_of": "2027-01-05"})
    assert later.json()["status"] == "expired"


def test_a_search_is_held_to_its_place(api: TestClient):
    found = api.get(
        "search", params={"q": "国家级小巨人一次性奖励多少钱", "place": "武汉"}
    ).json()
    assert found["hits"][0]["clause"]["id"].startswith("hubei-2023")
    assert not any("henan" in h["clause"]["id"] for h in found["hits"])
    assert not found["may_not_answer"]
    both = api.get("search", params={"q": "小巨人奖励", "top_k": 20}).json()
    assert both["depends_on_place"]


def test_a_rule_is_calculated_with_its_steps(api: TestClient):
    rules = api.get("rules", params={"place": "武汉"}).json()
    assert {r["place"] for r in rules} == {"湖北省"}
    asked = {"rule": "zhengzhou-equipment"} | {k: PROFILE[k] for k in PROFILE}
    asked["level"] = asked.pop("levels")[0]
    found = api.post("calculate", json=asked).json()
    assert (found["outcome"], found["amount"], found["bound"]) == (
        *("figure", "1500000"),
        "at_most",
    )
    assert found["steps"][0] == "1500万元 × 10% = 150万元"
    missing = api.post("calculate", json={"rule": "zhengzhou-equipment", "place": ""})
    refused(missing, 422)
    missing = api.post("calculate", json=asked | {"inputs": {}}).json()
    assert (missing["outcome"], missing["missing"]) == ("missing", ["investment"])
    less = api.post("calculate", json=asked | {"inputs": {"investment": "80万"}}).json()
    assert (less["outcome"], less["amount"]) == ("not_met", None)
    assert api.get("rules/zhengzhou-equipment").json()["inputs"] == ["investment"]


def test_a_profile_is_matched_with_every_rule(api: TestClient, assistant: Assistant):
    found = api.post("match", json={"profile": PROFILE}).json()
    together = sum(len(found[group]) for group in ("met", "not_met", "unknown"))
    assert together == len(assistant.rulebook.rules)
    assert "zhengzhou-equipment" in [one["rule"] for one in found["met"]]
    assert {one["level"] for one in found["totals"]} <= {"province", "city", "district"}


# Problems


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "told"),
    [
        ("post", "ask", {"question": ""}, 422, "question：不得为空"),
        ("post", "ask", {"question": "x" * 4001}, 422, "太长"),
        ("post", "ask", {"question": "x", "model": 1}, 422, "没有这个字段"),
        ("post", "ask", {"question": "x", "as_of": "soon"}, 422, "2026-11-22"),
        ("post", "ask", {"question": "x", "as_of": "1900-01-01"}, 422, "as_of"),
        ("post", "feedback", {"turn": "no", "helpful": True}, 422, "编号的写法"),
        ("get", "search", {"q": "设备", "place": "火星"}, 422, "不能确定是哪里"),
        ("get", "documents/none", {}, 404, "没有编号为“none”的文本"),
        ("get", "clauses/none", {}, 404, "没有编号为“none”的条款"),
        ("get", "rules/zhengzhou-equipmen", {}, 404, "zhengzhou-equipment"),
        ("get", "nothing", {}, 404, "没有这个地址"),
        ("put", "ask", {}, 405, "不能用这种方法"),
        ("post", "match", {"profile": {"levels": ["x"]}}, 422, "没有名为“x”"),
        ("post", "tickets", {"question": "x", "turn": "A" * 12}, 404, "没有编号为"),
    ],
)
def test_what_is_wrong_is_told_in_chinese_with_the_field(
    api: TestClient,
    method: str,
    path: str,
    sent: dict[str, object],
    status: int,
    told: str,
):
    given = {"params": sent} if method == "get" else {"json": sent}
    assert told in refused(api.request(method, path, **given), status)


def test_what_is_no_json_or_too_large_is_refused(api: TestClient):
    json_ = {"content-type": "application/json"}
    assert "JSON" in refused(api.post("ask", content=b"{", headers=json_), 422)
    large = b'{"question": "' + b"x" * 1_100_000 + b'"}'
    assert "1兆" in refused(api.post("ask", content=large, headers=json_), 413)


def test_without_its_key_nothing_is_open(desk: Desk):
    client = client_of(desk)
    for header in ({}, {"authorization": "Bearer nonsense"}, {"authorization": "x"}):
        told = client.get("/api/v1/documents", headers=header)
        assert "密钥" in refused(told, 401)
        assert told.headers["www-authenticate"] == "Bearer"
    page = logged_in(desk, "主任").get("/api/v1/documents")  # a login is no key
    refused(page, 401)


def test_a_turn_before_that_is_still_answered_is_a_conflict(
    desk: Desk, api: TestClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(asking, "PATIENCE", 0.05)
    first = api.post("ask", json={"question": DEVICES}).json()
    (conversation,) = desk._live.values()
    again = {"question": DEVICES, "conversation": first["conversation"]}
    with conversation.turn:
        assert "没有答完" in refused(api.post("ask", json=again), 409)


def test_a_database_at_fault_is_told_and_the_program_is_not_ready(
    assistant: Assistant, tmp_path: Path
):
    desk = desk_of(assistant, tmp_path)
    client = program(desk)
    assert client.get("/ready").status_code == 200
    broken = Desk(assistant, TurnLog("sqlite:////proc/none"), desk.versions)
    client = client_of(broken)
    assert client.get("/health").status_code == 200
    ready = client.get("/ready")
    assert (ready.status_code, ready.json()["checks"]["database"]) == (503, False)
    headers = {"authorization": "Bearer x"}
    told = client.get("/api/v1/documents", headers=headers)
    assert "对话记录无法读写" in refused(told, 503)
    assert client.post("/mcp", headers=headers).status_code == 503
    models = client.get("/v1/models", headers=headers)
    assert (models.status_code, models.json()["error"]["code"]) == (503, 503)
    desk.log.close()


def test_an_error_nobody_foresaw_is_told_without_its_words(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: object) -> None:
        raise ZeroDivisionError("secret words")

    monkeypatch.setattr(Assistant, "ask", fail)
    key = program(desk).headers["authorization"]
    app = client_of(desk).app
    with TestClient(app, raise_server_exceptions=False) as client:
        headers = {"authorization": key}
        told = client.post("/api/v1/ask", json={"question": "x"}, headers=headers)
        assert "已经记下" in refused(told, 500)
        assert "secret" not in told.text


# Tickets


def test_a_program_hands_over_with_the_answer_it_was_given(api: TestClient):
    turn = api.post("ask", json={"question": DEVICES}).json()["turn"]
    sent = {"question": "何时发放", "contact": "13912345678", "turn": turn}
    made = api.post("tickets", json=sent)
    assert made.status_code == 201
    ticket = made.json()
    assert "最多150万元" in ticket["evidence"]
    assert datetime.fromisoformat(ticket["created_at"]).tzinfo == UTC
    assert [t["id"] for t in api.get("tickets").json()] == [ticket["id"]]
    assert api.get("tickets", params={"state": "closed"}).json() == []
    whole = api.get(f"tickets/{ticket['id']}").json()
    assert [e["action"] for e in whole["history"]] == ["create"]
    refused(api.get("tickets/NONE"), 404)


# The document and the log


def test_the_document_tells_every_operation_in_chinese(api: TestClient):
    document = api.get("openapi.json").json()
    operations = [
        operation for path in document["paths"].values() for operation in path.values()
    ]
    told = {operation["summary"] for operation in operations}
    assert told == set(words("api.operations").values())
    assert all("401" in operation["responses"] for operation in operations)
    assert "description" not in operations[0]
    whole = json.dumps(document, ensure_ascii=False)
    assert [t for t in words("api.fields").values() if t not in whole] == []
    page = api.get("docs").text
    assert not re.search(r"https?://", page.replace("http://testserver", ""))
    for address in re.findall(r'(?:src|href)="([^"]+)"', page):
        assert api.get(f"http://testserver{address}").status_code == 200


def test_nothing_a_caller_said_stands_in_the_log(
    desk: Desk, api: TestClient, caplog: pytest.LogCaptureFixture
):
    said = ("茅台镇的王先生", "13912345678")
    with caplog.at_level(logging.INFO, "policy_assistant"):
        api.get("search", params={"q": "".join(said)})
        api.post("ask", json={"question": "".join(said)})
        api.get(f"clauses/{said[0]}")
        agent = logged_in(desk, "小王")
        agent.post("/console/ask", data={"q": "".join(said)})
        agent.get(f"/console/tickets/{said[1]}")
    rows = [r for r in caplog.records if r.name == "policy_assistant.requests"]
    assert {r.route for r in rows} >= {
        *("/api/v1/search", "/api/v1/ask", "/api/v1/clauses/{id:path}"),
        *("/console/ask", "/console/tickets/{id}"),
    }
    assert {r.status for r in rows} >= {200, 404}
    ours = [r for r in caplog.records if r.name.startswith("policy_assistant")]
    logged = "\n".join(str(r.__dict__) for r in ours)
    for words_ in (*said, api.headers["authorization"][7:]):
        assert words_ not in logged
