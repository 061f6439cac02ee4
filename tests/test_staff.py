"""Accounts, logins, calls, tickets and reviews, on every database that is supported."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr
from web_desk import DAY, DEVICES

from assistant.__main__ import main
from assistant.chat import Assistant
from assistant.own_turns import vote
from assistant.session import Session
from assistant.staff import accounts as accounts_module
from assistant.staff.accounts import (
    StaffError,
    account_of,
    accounts,
    add_account,
    change_account,
    log_in,
    log_out,
)
from assistant.staff.actor import Actor
from assistant.staff.audit import entries
from assistant.staff.calls import begin_call, end_call, open_call
from assistant.staff.clients import add_client, client_of, clients, revoke_client
from assistant.staff.reviews import Review, Right, due, review, reviews
from assistant.staff.tables import ACCOUNTS, CLIENTS, EVENTS, LOGINS, now
from assistant.staff.tickets import (
    Handed,
    Moved,
    NotAllowed,
    NoTicket,
    Step,
    create_ticket,
    delete_closed_before,
    take_step,
    ticket_of,
    tickets,
)
from assistant.turn_log import Kept, TurnLog, TurnLogError, keep
from assistant.versions import versions_of

PASSWORD = SecretStr("correct horse battery")
AGENT, OTHER = Actor("小王", "agent"), Actor("小李", "agent")
BOSS = Actor("班长", "supervisor")
PROGRAM = Actor("api:portal", "client")


@pytest.fixture
def log(database: str) -> Iterator[TurnLog]:
    log = TurnLog(database)
    yield log
    log.close()


@pytest.fixture
def staffed(log: TurnLog) -> TurnLog:
    """A log with two agents and a supervisor."""
    for actor in (AGENT, OTHER, BOSS):
        add_account(log, actor.name, actor.role, PASSWORD, "test")
    return log


def did(log: TurnLog, who: str) -> list[str]:
    """What somebody did, newest first."""
    return [entry.action for entry in entries(log, who)]


# Accounts and logins


def test_a_login_opens_with_the_password_and_with_nothing_else(staffed: TurnLog):
    token = log_in(staffed, "小王", PASSWORD)
    found = account_of(staffed, token)
    assert found and (found.name, found.role) == ("小王", "agent")
    for name, password in (("小王", "wrong password"), ("nobody", "x" * 20), ("", "")):
        with pytest.raises(StaffError, match="用户名或密码不对"):
            log_in(staffed, name, SecretStr(password))
    assert account_of(staffed, "guessed") is None
    log_out(staffed, token, "小王")
    assert account_of(staffed, token) is None
    assert did(staffed, "小王") == ["logout", "login_failed", "login"]


def test_no_password_token_or_key_stands_in_the_database(staffed: TurnLog):
    token = log_in(staffed, "小王", PASSWORD)
    key = add_client(staffed, "portal", "test")
    with staffed.reading() as db:
        kept = [
            str(row)
            for table in (ACCOUNTS, LOGINS, CLIENTS)
            for row in db.execute(table.select())
        ]
    assert len(kept) == 5
    for secret in (PASSWORD.get_secret_value(), token, key):
        assert secret not in "".join(kept)
    assert "argon2id" in "".join(kept)


@pytest.mark.parametrize(("limit", "left"), [("IDLE", "seen"), ("SHIFT", "began")])
def test_a_login_ends_by_itself(
    staffed: TurnLog, monkeypatch: pytest.MonkeyPatch, limit: str, left: str
):
    token = log_in(staffed, "小王", PASSWORD)
    monkeypatch.setattr(accounts_module, limit, timedelta(seconds=-1))
    assert account_of(staffed, token) is None, left


def test_too_many_wrong_passwords_lock_a_name_and_no_other(staffed: TurnLog):
    for _ in range(accounts_module.TRIES):
        with pytest.raises(StaffError):
            log_in(staffed, "小王", SecretStr("guess"))
    with pytest.raises(StaffError, match="10分钟后再试"):
        log_in(staffed, "小王", PASSWORD)
    assert log_in(staffed, "小李", PASSWORD)


def test_a_changed_account_is_logged_out(staffed: TurnLog):
    for change in ({"role": "supervisor"}, {"password": SecretStr("another one!")}):
        password = change.get("password", PASSWORD)
        token = log_in(staffed, "小王", PASSWORD)
        change_account(staffed, "小王", "test", **change)
        assert account_of(staffed, token) is None
        assert account_of(staffed, log_in(staffed, "小王", password))
    change_account(staffed, "小王", "test", active=False)
    with pytest.raises(StaffError):
        log_in(staffed, "小王", SecretStr("another one!"))


def test_accounts_that_cannot_be_are_refused_with_what_to_do(log: TurnLog):
    add_account(log, "管理员", "admin", PASSWORD, "test")
    for name, role, password, told in (
        ("管理员", "agent", PASSWORD, "已有账号"),
        ("有 空格", "agent", PASSWORD, "用户名要"),
        ("x\0y", "agent", PASSWORD, "用户名要"),
        ("小王", "owner", PASSWORD, "没有“owner”这种角色"),
        ("小王", "agent", SecretStr("short"), "密码要10到200个字符"),
    ):
        with pytest.raises(StaffError, match=told):
            add_account(log, name, role, password, "test")
    with pytest.raises(StaffError, match="至少要留一个"):
        change_account(log, "管理员", "test", active=False)
    with pytest.raises(StaffError, match="没有账号"):
        change_account(log, "小王", "test", active=False)
    assert [(a.name, a.role, a.active) for a in accounts(log)] == [
        ("管理员", "admin", True)
    ]


def test_a_key_opens_until_it_is_revoked(log: TurnLog):
    key = add_client(log, "portal", "test")
    assert client_of(log, key) == clients(log)[0]
    assert client_of(log, f"{key}x") is None
    assert client_of(log, "\ud800") is None
    with pytest.raises(StaffError, match="已有"):
        add_client(log, "portal", "test")
    revoke_client(log, "portal", "test")
    assert client_of(log, key) is None
    with pytest.raises(StaffError, match="没有名为"):
        revoke_client(log, "none", "test")


# Calls


def test_an_account_has_one_call_at_a_time_and_nobody_else_s(staffed: TurnLog):
    first = begin_call(staffed, "小王")
    other = begin_call(staffed, "小李")
    assert open_call(staffed, "小王") == first
    second = begin_call(staffed, "小王")
    assert open_call(staffed, "小王") == second
    assert end_call(staffed, "小王") == second
    assert open_call(staffed, "小王") is None
    assert end_call(staffed, "小王") is None
    assert open_call(staffed, "小李") == other
    begun = ["call_end", "call_begin", "call_end", "call_begin"]
    assert did(staffed, "小王") == begun


# Tickets

ASKED = Handed("来电人13912345678问：设备补助何时发", "市工信局", "张女士 13912345678")


def test_a_ticket_goes_from_new_to_closed_with_its_history(staffed: TurnLog):
    ticket = create_ticket(staffed, ASKED, AGENT)
    assert (ticket.state, ticket.contact) == ("new", "张女士 13912345678")
    assert "139" not in ticket.question
    steps = (
        (Step("assign", 1, assignee="小李"), BOSS, "assigned"),
        (Step("note", 2, "已联系主管部门"), OTHER, "assigned"),
        (Step("answer", 3, "十二月底前发放。"), OTHER, "answered"),
        (Step("close", 4), AGENT, "closed"),
    )
    for step, actor, state in steps:
        assert take_step(staffed, ticket.id, step, actor).state == state
    closed, history = ticket_of(staffed, ticket.id, AGENT)
    assert (closed.answer, closed.contact) == ("十二月底前发放。", "")
    assert [(e.number, e.who, e.action, e.note) for e in history] == [
        (1, "小王", "create", ""),
        (2, "班长", "assign", "小李"),
        (3, "小李", "note", "已联系主管部门"),
        (4, "小李", "answer", "十二月底前发放。"),
        (5, "小王", "close", ""),
    ]
    assert did(staffed, "小王") == ["ticket_look", "ticket_close", "ticket_create"]
    with pytest.raises(Moved, match="已办结"):
        take_step(staffed, ticket.id, Step("note", 5, "还有"), BOSS)


def test_a_ticket_is_seen_by_who_wrote_it_has_it_or_oversees(staffed: TurnLog):
    ticket = create_ticket(staffed, ASKED, PROGRAM)
    assert [t.id for t in tickets(staffed, PROGRAM)] == [ticket.id]
    for stranger in (AGENT, OTHER, Actor("api:other", "client")):
        assert tickets(staffed, stranger) == []
        with pytest.raises(NoTicket):
            ticket_of(staffed, ticket.id, stranger)
        with pytest.raises(NoTicket):
            take_step(staffed, ticket.id, Step("note", 1, "我来"), stranger)
    take_step(staffed, ticket.id, Step("assign", 1, assignee="小李"), BOSS)
    assert [t.id for t in tickets(staffed, OTHER, "assigned")] == [ticket.id]
    assert tickets(staffed, AGENT) == []
    assert tickets(staffed, BOSS, "new") == []


def test_a_step_that_is_not_one_s_own_is_refused(staffed: TurnLog):
    ticket = create_ticket(staffed, ASKED, AGENT)
    with pytest.raises(NotAllowed, match="派单由班长"):
        take_step(staffed, ticket.id, Step("assign", 1, assignee="小王"), AGENT)
    with pytest.raises(StaffError, match="没有能登录的账号"):
        take_step(staffed, ticket.id, Step("assign", 1, assignee="谁"), BOSS)
    with pytest.raises(Moved, match="待派"):
        take_step(staffed, ticket.id, Step("answer", 1, "答"), BOSS)
    take_step(staffed, ticket.id, Step("assign", 1, assignee="小李"), BOSS)
    with pytest.raises(NotAllowed, match="派到的人"):
        take_step(staffed, ticket.id, Step("answer", 2, "答"), AGENT)
    with pytest.raises(StaffError, match="请写下答复"):
        take_step(staffed, ticket.id, Step("answer", 2, " "), OTHER)
    with pytest.raises(StaffError, match="请写下备注"):
        take_step(staffed, ticket.id, Step("note", 2), OTHER)
    with pytest.raises(StaffError, match="请写下来电人"):
        create_ticket(staffed, replace(ASKED, question=" "), AGENT)
    assert ticket_of(staffed, ticket.id, BOSS)[0].version == 2


def test_of_two_who_answer_at_once_one_is_told(staffed: TurnLog):
    ticket = create_ticket(staffed, ASKED, AGENT)
    take_step(staffed, ticket.id, Step("assign", 1, assignee="小李"), BOSS)
    outcomes: list[str] = []

    def answer(actor: Actor) -> None:
        try:
            take_step(staffed, ticket.id, Step("answer", 2, actor.name), actor)
            outcomes.append(actor.name)
        except Moved:
            outcomes.append("told")

    both = [threading.Thread(target=answer, args=(a,)) for a in (OTHER, BOSS)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sorted(outcomes)[-1] != "told"
    assert "told" in outcomes
    ticket, history = ticket_of(staffed, ticket.id, BOSS)
    assert ticket.answer in outcomes
    assert [e.number for e in history] == [1, 2, 3]


# The queue


@pytest.fixture
def asked(assistant: Assistant, log: TurnLog) -> dict[str, str]:
    """Turns by what became of them."""
    versions = versions_of(assistant.index.manifest)
    ids: dict[str, str] = {}
    for name, question in (
        ("refused", "茅台的分红政策是什么"),
        ("courtesy", "你好"),
        ("disliked", DEVICES),
        ("answered", "湖北的专精特新中小企业申请技改补助有什么门槛？"),
    ):
        session = Session(visitor="v" * 24)
        assistant.ask(question, session, DAY)
        kept = keep(log, versions, session, DAY)
        assert isinstance(kept, Kept)
        ids[name] = kept.turn
    assert vote(log, "v" * 24, ids["disliked"], False, "没说清")
    assert vote(log, "v" * 24, ids["answered"], True, "")
    return ids


def test_what_was_refused_or_disliked_waits_for_a_review(
    log: TurnLog, asked: dict[str, str]
):
    waiting = due(log, BOSS)
    assert [one.turn.id for one in waiting] == [asked["disliked"], asked["refused"]]
    assert [(o.voted_down, o.reason) for o in waiting] == [
        (True, "没说清"),
        (False, ""),
    ]
    right = Right("answer", "zhengzhou-2024#三（一）1", amounts="不超过150万元")
    for note in ("初核", "复核"):
        own = Review(asked["disliked"], "设备补助", right, note, offered=True)
        review(log, own, BOSS)
    assert [one.turn.id for one in due(log, BOSS)] == [asked["refused"]]
    assert reviews(log, offered=True) == [replace(own, who="班长")]
    assert reviews(log, offered=False) == []
    assert did(log, "班长") == ["queue_look", "review", "review", "queue_look"]
    with pytest.raises(TurnLogError):
        review(log, replace(own, turn="NONE"), BOSS)


# On the command line


def test_accounts_and_clients_are_kept_from_the_command_line(
    database: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setenv("POLICY_DATABASE_URL", database)

    def run(*arguments: str) -> str:
        code = main([*arguments])
        printed = capsys.readouterr()
        return f"{code} {printed.out}{printed.err}"

    monkeypatch.setattr("assistant.staff.commands.sys.stdin", Typed())
    assert "还没有账号" in run("accounts", "list")
    assert "还没有程序" in run("clients", "list")
    assert run("accounts", "add", "admin", "--role", "admin").startswith("0 已添加账号")
    assert "1 已有账号" in run("accounts", "add", "admin", "--role", "admin")
    assert run("accounts", "add", "小王").startswith("0 已添加账号 小王（坐席）")
    assert "0" in run("accounts", "change", "小王", "--off", "--password")
    assert "小王　坐席　已停用" in run("accounts", "list")
    assert "0" in run("accounts", "change", "小王", "--on", "--role", "supervisor")
    assert "小王　班长　可用" in run("accounts", "list")
    key = run("clients", "add", "portal").split("：")[-1].strip()
    log = TurnLog(database)
    assert client_of(log, key)
    assert "已停用" in run("clients", "revoke", "portal")
    assert client_of(log, key) is None
    assert "portal　已停用" in run("clients", "list")
    log.close()


class Typed:
    """Standard input that is no terminal."""

    def isatty(self) -> bool:
        return False

    def readline(self) -> str:
        return f"{PASSWORD.get_secret_value()}\n"


def test_old_tickets_are_deleted_once_they_are_closed(staffed: TurnLog):
    done, open_ = (create_ticket(staffed, ASKED, AGENT).id for _ in range(2))
    steps = [
        Step("assign", 1, assignee="小李"),
        Step("answer", 2, "答"),
        Step("close", 3),
    ]
    for step in steps:
        take_step(staffed, done, step, BOSS)
    assert delete_closed_before(staffed, now() - timedelta(days=1)) == 0
    assert delete_closed_before(staffed, now()) == 1
    assert [t.id for t in tickets(staffed, BOSS)] == [open_]
    with staffed.reading() as db:
        left = {event.ticket for event in db.execute(EVENTS.select())}
    assert left == {open_}
