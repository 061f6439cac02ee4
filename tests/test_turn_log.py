"""Turns are kept: killed or crowded, migrated, replayed, deleted, nothing personal."""

import json
import os
import re
import resource
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from assistant import migrations, turn_schema
from assistant.__main__ import main
from assistant.chat import Assistant
from assistant.session import Session, new_id
from assistant.turn_log import Kept, NotKept, StoredTurn, TurnLog, TurnLogError, keep
from assistant.versions import Versions, versions_of
from eval.__main__ import main as eval_main

ROOT = Path(__file__).parent.parent
DAY = date(2026, 11, 22)
Printed = pytest.CaptureFixture[str]
DEVICES = "郑州的省级专精特新企业买设备，税后1500万，市里怎么补？"
PERSONAL = (
    "13912345678",
    "11010519491231002X",
    "zhang.san@qq.com",
    "6222020200112233446",
)
VERSIONS = Versions("corpus", "rules", "prompts", "model", "code")
TURN = StoredTurn(
    id="ABCDEFGHIJ23",
    session="SESSION23456",
    number=1,
    asked_at=datetime.fromisoformat("2026-11-22T01:02:03.000456"),
    as_of=DAY,
    question="问\ud800题\0",
    answer={"behaviour": "answer", "text": "答", "notices": [], "reason": None},
    timings={"read": 1.5, "total": 2.0},
    versions=VERSIONS,
    model_wrote="原文",
)
WRITER = """
import sys
from datetime import UTC, date, datetime
from assistant.session import new_id
from assistant.turn_log import StoredTurn, TurnLog
from assistant.versions import Versions
log = TurnLog(sys.argv[1])
versions = Versions("corpus", "rules", "prompts", "model", "code")
for number in range(1, int(sys.argv[2]) + 1):
    asked = datetime.now(UTC).replace(tzinfo=None)
    own = (new_id(), sys.argv[3], number, asked, asked.date(), "问题")
    log.store(StoredTurn(*own, {"text": "答" * 500}, {}, versions))
    print(own[0], flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "turns.db"


@pytest.fixture
def log(path: Path) -> TurnLog:
    return TurnLog(f"sqlite:///{path}")


@pytest.fixture
def any_log(database: str) -> Iterator[TurnLog]:
    """A log on each kind of database."""
    log = TurnLog(database)
    yield log
    log.close()


def writer(address: str, count: int, session: str) -> subprocess.Popen[str]:
    """A process that stores turns and says the id of each once it is stored."""
    command = [sys.executable, "-c", WRITER, address, str(count), session]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, stdout=pipe, encoding="utf-8")


def asked(assistant: Assistant, log: TurnLog, *questions: str) -> list[Kept]:
    """Ask in one session and store every turn."""
    session, kept = Session(), list[Kept]()
    versions = versions_of(assistant.index.manifest)
    for question in questions:
        assistant.ask(question, session, DAY)
        outcome = keep(log, versions, session, DAY)
        assert isinstance(outcome, Kept)
        kept.append(outcome)
    return kept


# What is stored


def test_a_turn_comes_back_as_it_was_stored(any_log: TurnLog):
    any_log.store(TURN)
    assert any_log.turn(TURN.id) == replace(TURN, question="问?题\ufffd")
    assert any_log.turn(f" {TURN.id.lower()} ").id == TURN.id


def test_an_answer_is_stored_whole_with_its_versions_and_times(
    assistant: Assistant, any_log: TurnLog
):
    (kept,) = asked(assistant, any_log, DEVICES)
    turn = any_log.turn(kept.turn)
    wanted = json.loads(json.dumps(kept.answer.to_json()))
    assert turn.answer == wanted | {"reason": None}
    assert (turn.question, turn.number, turn.as_of) == (DEVICES, 1, DAY)
    assert {"read", "search", "answer", "total"} == set(turn.timings)
    steps = [spent for step, spent in turn.timings.items() if step != "total"]
    assert sum(steps) == pytest.approx(turn.timings["total"], abs=0.05)
    assert turn.timings["total"] == kept.answer.latency_ms
    assert turn.versions.corpus in assistant.index.manifest.corpus
    assert turn.versions.embedding == assistant.index.manifest.model
    assert turn.versions.language_model is None


def test_of_a_question_that_is_too_long_no_more_is_kept_than_refuses_it_again(
    assistant: Assistant, any_log: TurnLog
):
    (kept,) = asked(assistant, any_log, "很长的问题，" * 10**5 + "13912345678")
    assert (kept.answer.behaviour, kept.answer.reason) == ("refuse", "too_long")
    assert len(any_log.turn(kept.turn).question) == 4001


def test_ids_are_short_and_do_not_repeat():
    ids = {new_id() for _ in range(10_000)}
    assert len(ids) == 10_000
    assert {len(i) for i in ids} == {12}
    assert set("".join(ids)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def test_nothing_personal_is_in_any_byte_of_the_files(
    assistant: Assistant, log: TurnLog, path: Path
):
    asked(assistant, log, *(f"{DEVICES}我是{said}" for said in PERSONAL))
    files = list(path.parent.iterdir())
    assert {f.name for f in files} > {"turns.db", "turns.db-wal"}
    content = b"".join(f.read_bytes() for f in files)
    assert "〔手机号〕".encode() in content
    for said in PERSONAL:
        for form in (said, said.lower(), said[:10], said[-8:]):
            assert form.encode() not in content


def test_only_the_owner_may_read_the_file(log: TurnLog, path: Path):
    log.store(TURN)
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_versions_tell_which_files_changed(assistant: Assistant, tmp_path: Path):
    manifest = assistant.index.manifest
    for name in ("index", "assistant", "prompts"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    before = versions_of(manifest, root=tmp_path)
    rule_file = next((tmp_path / "assistant/rulebook").glob("*.yaml"))
    for changed, field in (
        (rule_file, "rules"),
        (tmp_path / "assistant/vocabulary/benefits.yaml", "rules"),
        (tmp_path / "assistant/intents.yaml", "rules"),
        (tmp_path / "prompts/replies.yaml", "prompts"),
        (tmp_path / "assistant/chat.py", "code"),
        (tmp_path / "index/search.py", "code"),
    ):
        changed.write_text(changed.read_text("utf-8") + "\n# changed\n", "utf-8")
        after = versions_of(manifest, root=tmp_path)
        assert before == replace(after, **{field: getattr(before, field)})
        assert getattr(before, field) != getattr(after, field)
        before = after


# Killed, crowded, migrated


def test_no_turn_that_was_acknowledged_is_lost_to_kill_9(
    any_log: TurnLog, database: str, path: Path
):
    acknowledged: list[str] = []
    for round_, turns in enumerate((1, 7, 40)):
        process = writer(database, 100_000, f"SESSION{round_}")
        assert process.stdout
        acknowledged += [process.stdout.readline().strip() for _ in range(turns)]
        process.send_signal(signal.SIGKILL)
        acknowledged += process.stdout.read().split()
        process.wait()
        process.stdout.close()
    kept = {turn.id for turn in any_log.latest(10**6)}
    acknowledged = [i for i in acknowledged if len(i) == 12]  # a line may be cut off
    assert len(acknowledged) >= 48
    assert set(acknowledged) <= kept
    if not path.exists():
        return
    with sqlite3.connect(path) as db:
        assert db.execute("pragma integrity_check").fetchone() == ("ok",)
    db.close()


def test_two_programs_that_begin_at_once_both_write(any_log: TurnLog, database: str):
    processes = [writer(database, 60, session) for session in ("ONE", "TWO")]
    printed = [process.communicate()[0].split() for process in processes]
    assert [p.returncode for p in processes] == [0, 0]
    kept = {turn.id for turn in any_log.latest(1000)}
    assert kept == {id_ for ids in printed for id_ in ids}
    assert len(kept) == 120


def test_a_database_of_an_earlier_release_is_migrated_with_its_turns(
    log: TurnLog, path: Path, monkeypatch: pytest.MonkeyPatch
):
    log.store(TURN)
    more = {4: ("alter table turn add column stars integer",)}
    monkeypatch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS | more)
    turn_schema.open_database(f"sqlite:///{path}").dispose()
    turn_schema.open_database(f"sqlite:///{path}").dispose()  # and only once
    with sqlite3.connect(path) as db:
        assert db.execute("select id, stars from turn").fetchall() == [(TURN.id, None)]
        versions = db.execute("select version from schema_version").fetchall()
    db.close()
    assert versions == [(1,), (2,), (3,), (4,)]


def test_a_migration_that_fails_leaves_nothing_half_done(
    log: TurnLog, path: Path, monkeypatch: pytest.MonkeyPatch
):
    log.store(TURN)
    wrong = {4: ("alter table turn add column stars integer", "alter table none_such")}
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS | wrong)
        with pytest.raises(TurnLogError, match="对话记录无法读写"):
            TurnLog(f"sqlite:///{path}").latest(1)
    assert TurnLog(f"sqlite:///{path}").turn(TURN.id).session == TURN.session
    with sqlite3.connect(path) as db:
        assert "stars" not in db.execute("select sql from sqlite_schema").fetchall()
    db.close()


def test_a_database_of_a_later_release_is_refused_with_what_to_do(
    log: TurnLog, path: Path
):
    log.store(TURN)
    with sqlite3.connect(path) as db:
        db.execute("insert into schema_version values (99)")
    db.close()
    with pytest.raises(TurnLogError, match=r"第 99 版.*请升级程序"):
        TurnLog(f"sqlite:///{path}").latest(1)


def test_the_table_is_what_the_migrations_make(log: TurnLog, path: Path):
    log.store(TURN)
    with sqlite3.connect(path) as db:
        columns = [row[1] for row in db.execute("pragma table_info(turn)")]
    db.close()
    assert columns == [c.name for c in turn_schema.TURNS.columns]


# A store at fault never costs the answer


def given(assistant: Assistant, log: TurnLog) -> NotKept:
    """What a visitor gets where the turn cannot be stored."""
    session = Session()
    answer = assistant.ask(DEVICES, session, DAY)
    outcome = keep(log, VERSIONS, session, DAY)
    assert isinstance(outcome, NotKept)
    *others, notice = outcome.answer.remarks
    assert notice.code == "not_stored"
    assert replace(outcome.answer, remarks=tuple(others)) == answer
    return outcome


def test_a_locked_database_does_not_cost_the_answer(
    assistant: Assistant, log: TurnLog, path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(turn_schema, "BUSY_SECONDS", 0.1)
    log.store(TURN)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin exclusive")
    assert "locked" in given(assistant, log).fault
    other.execute("rollback")
    other.close()
    session = Session()
    assistant.ask(DEVICES, session, DAY)
    assert isinstance(keep(log, VERSIONS, session, DAY), Kept)  # and it recovers


def test_a_read_only_database_does_not_cost_the_answer(
    assistant: Assistant, log: TurnLog, path: Path
):
    log.store(TURN)
    read_only = TurnLog(f"sqlite:///file:{path}?mode=ro&uri=true")
    assert "readonly" in given(assistant, read_only).fault


def test_a_folder_that_cannot_be_made_does_not_cost_the_answer(
    assistant: Assistant, tmp_path: Path
):
    (tmp_path / "data").write_text("a file", "utf-8")
    log = TurnLog(f"sqlite:///{tmp_path / 'data' / 'turns.db'}")
    assert "请核对" in given(assistant, log).fault


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("no address", "POLICY_DATABASE_URL"),
        ("postgresql+none_such://host/turns", "POLICY_DATABASE_URL"),
        ("mysql+pymysql://host/turns", "pymysql"),
        ("postgresql+psycopg://127.0.0.1:9/turns", "refused"),
    ],
)
def test_an_address_that_is_none_does_not_cost_the_answer(
    assistant: Assistant, address: str, told: str
):
    assert told in given(assistant, TurnLog(address)).fault


def test_a_full_disk_does_not_cost_the_answer(
    assistant: Assistant, log: TurnLog, path: Path
):
    """No file may grow here, as on a disk that is full; the signal is ignored."""
    log.store(TURN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        fault = given(assistant, log).fault
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert re.search("full|I/O", fault)
    assert "剩余空间" in fault
    session = Session()
    assistant.ask(DEVICES, session, DAY)
    assert isinstance(keep(log, VERSIONS, session, DAY), Kept)  # and it recovers


def test_ask_gives_its_answer_where_the_turn_cannot_be_stored(
    settings: None, monkeypatch: pytest.MonkeyPatch, capsys: Printed
):
    monkeypatch.setenv("POLICY_DATABASE_URL", "sqlite:////proc/none/turns.db")
    assert main(["ask", "--json", DEVICES, "--as-of", "2026-11-22"]) == 0
    out, err = capsys.readouterr()
    answer = json.loads(out)
    assert [f["yuan"] for f in answer["figures"]] == ["1500000"]
    assert "not_stored" in [n["code"] for n in answer["remarks"]]
    assert "对话记录无法读写" in err


def test_what_was_asked_stands_in_no_error(assistant: Assistant, any_log: TurnLog):
    any_log.store(TURN)
    with pytest.raises(TurnLogError) as caught:
        any_log.store(TURN)  # twice the same id
    assert "unique" in str(caught.value).lower()
    assert "答" not in str(caught.value)
    assert "原文" not in repr(caught.value.__cause__)


# The commands


def test_ask_stores_its_turn_and_says_its_number_beside_the_answer(
    settings: None, capsys: Printed, assistant: Assistant
):
    assert main(["ask", DEVICES, "--as-of", "2026-11-22"]) == 0
    out, err = capsys.readouterr()
    assert out == assistant.ask(DEVICES, Session(), DAY).to_markdown() + "\n"
    turn = err.split()[1].rstrip("，可用")
    assert f"python -m assistant replay {turn}" in err
    assert main(["turns", "--last", "1"]) == 0
    listed = capsys.readouterr().out
    assert listed.startswith(f"{turn}　20")
    assert DEVICES[:40] in listed
    assert "回答" in listed


def test_a_long_question_is_listed_by_its_first_characters(
    log: TurnLog, path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed
):
    monkeypatch.setenv("POLICY_DATABASE_URL", log.address)
    assert main(["turns"]) == 0
    assert capsys.readouterr().out == "还没有对话记录。\n"
    for number in range(1, 4):
        later = TURN.asked_at + timedelta(minutes=number)
        question = f"{number}\n" + "长" * 50
        turn = replace(TURN, id=new_id(), number=number, asked_at=later)
        log.store(replace(turn, question=question))
    assert main(["turns", "--last", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("　")[-1] for line in lines] == [
        f"{n} {'长' * 38}…" for n in (3, 2)
    ]


def test_old_turns_are_deleted_and_leave_nothing_behind(
    log: TurnLog, path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed
):
    monkeypatch.setenv("POLICY_DATABASE_URL", log.address)
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    midnight = datetime.fromisoformat("2025-12-31T16:00")  # 2026-01-01 in China
    for asked_at, question in (
        (midnight - timedelta(seconds=1), "要删掉的问题"),
        (midnight, "要留下的问题"),
    ):
        turn = replace(TURN, id=new_id(), session=new_id(), question=question)
        log.store(replace(turn, asked_at=asked_at))
    assert main(["turns", "--delete-before", "2026-01-01"]) == 0
    assert (
        capsys.readouterr().out
        == "已删除 2026-01-01 之前的 1 轮，已办结的工单 0 件。\n"
    )
    assert [t.question for t in log.latest(9)] == ["要留下的问题"]
    content = b"".join(f.read_bytes() for f in path.parent.iterdir())
    assert "要留下的问题".encode() in content
    assert "要删掉的问题".encode() not in content
    monkeypatch.undo()
    time.tzset()


def test_a_deletion_that_another_program_hinders_is_not_called_complete(
    log: TurnLog, path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(turn_schema, "BUSY_SECONDS", 0.1)
    log.store(TURN)
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("begin")
    reader.execute("select * from turn").fetchall()
    with pytest.raises(TurnLogError, match="再执行一次"):
        log.delete_before(TURN.asked_at + timedelta(days=1))
    reader.close()
    assert log.delete_before(TURN.asked_at + timedelta(days=1)) == 0
    assert "答".encode() not in b"".join(f.read_bytes() for f in path.parent.iterdir())


def replayed(capsys: Printed, *arguments: str) -> tuple[int, str]:
    code = main(["replay", *arguments])
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return code, out + err


def test_a_whole_session_is_asked_again(
    assistant: Assistant, settings: None, capsys: Printed
):
    own = TurnLog(f"sqlite:///{os.environ['POLICY_DATA']}/turns.db")
    _, second = asked(assistant, own, f"{DEVICES}电话13912345678", "要是投了800万呢？")
    assert [f.yuan for f in second.answer.figures] == ["800000"]
    code, printed = replayed(capsys, second.turn.lower())
    assert (code, "与当时相同" in printed) == (0, True)
    assert "要是投了800万呢？" in printed
    assert second.answer.text in printed
    code, printed = replayed(capsys, second.turn, "--json")
    row = json.loads(printed)
    assert (code, row["same"], row["diff"], row["versions"]) == (0, True, [], {})


def test_a_question_with_a_masked_number_replays_the_same(
    assistant: Assistant, settings: None, capsys: Printed
):
    own = TurnLog(f"sqlite:///{os.environ['POLICY_DATA']}/turns.db")
    (kept,) = asked(assistant, own, f"{DEVICES}电话13912345678")
    code, printed = replayed(capsys, kept.turn)
    assert code == 0, printed
    assert "〔手机号〕" in printed


def test_an_answer_that_was_another_is_shown_with_its_difference(
    assistant: Assistant, log: TurnLog, settings: None, capsys: Printed
):
    own = TurnLog(f"sqlite:///{os.environ['POLICY_DATA']}/turns.db")
    (kept,) = asked(assistant, own, DEVICES)
    stored = own.turn(kept.turn)
    figure = stored.answer["figures"][0] | {"yuan": "1400000"}
    text = stored.answer["text"].replace("150万元", "140万元", 1)
    tampered = stored.answer | {"figures": [figure], "text": text}
    versions = replace(stored.versions, rules="old", language_model="small-model")
    turn = replace(stored, id=new_id(), session=new_id(), answer=tampered)
    own.store(replace(turn, versions=versions))
    code, printed = replayed(capsys, turn.id)
    assert code == 1
    assert "与当时不同（正文、金额）" in printed
    assert "规则与词表：当时 old，现在" in printed
    assert "语言模型：当时 small-model，现在 无" in printed
    assert "\n-text: **市级“设备、软件购置补助”：最多140万元" in printed
    assert "\n+text: **市级“设备、软件购置补助”：最多150万元" in printed
    code, printed = replayed(capsys, turn.id, "--json")
    assert json.loads(printed)["differing"] == ["text", "figures"]
    assert code == 1


def test_a_rule_that_was_changed_shows_in_the_replay(
    tmp_path: Path, settings: None, path: Path
):
    """In a copy of the program, with a sum of its rulebook called otherwise."""
    for name in ("index", "assistant", "prompts"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "assistant", *arguments],
            cwd=tmp_path,
            env=os.environ | {"POLICY_DATABASE_URL": f"sqlite:///{path}"},
            capture_output=True,
            encoding="utf-8",
        )

    first = run("ask", DEVICES, "--as-of", "2026-11-22")
    assert first.returncode == 0, first.stderr
    (turn,) = TurnLog(f"sqlite:///{path}").latest(1)
    file = tmp_path / "assistant/rulebook/zhengzhou-2024.yaml"
    rules = file.read_text("utf-8")
    assert "设备、软件购置补助" in rules
    renamed = rules.replace("设备、软件购置补助", "设备和软件补助")
    file.write_text(renamed, "utf-8")
    again = run("replay", turn.id)
    assert again.returncode == 1, again.stderr
    assert "规则与词表：当时" in again.stdout
    assert "原文与索引：" not in again.stdout
    assert "+text: **市级“设备和软件补助”" in again.stdout
    file.write_text(rules, "utf-8")
    assert run("replay", turn.id).returncode == 0


def test_a_turn_that_is_not_there_is_said_with_what_to_do(
    settings: None, capsys: Printed
):
    code, printed = replayed(capsys, "NONESUCH2345")
    assert (code, "python -m assistant turns" in printed) == (1, True)


def test_a_session_with_a_turn_missing_is_not_replayed_by_halves(
    settings: None, capsys: Printed
):
    own = TurnLog(f"sqlite:///{os.environ['POLICY_DATA']}/turns.db")
    turn = replace(TURN, id=new_id(), session=new_id(), number=3)
    own.store(turn)
    code, printed = replayed(capsys, turn.id)
    assert code == 1
    assert "第 1 轮没有记录" in printed


def test_the_evaluation_and_the_search_store_nothing(
    settings: None, path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("POLICY_DATABASE_URL", f"sqlite:///{path}")
    case = (ROOT / "eval/cases/callers.jsonl").read_text("utf-8").partition("\n")[0]
    (tmp_path / "one.jsonl").write_text(case, "utf-8")
    one, out = str(tmp_path / "one.jsonl"), str(tmp_path / "out")
    assert eval_main(["answers", one, out]) == 0
    assert main(["search", DEVICES]) == 0
    assert not path.parent.exists()
