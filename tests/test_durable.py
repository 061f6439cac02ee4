"""What was acknowledged is kept: tickets through kill -9, answers through a stop."""

import shutil
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from running import process

from assistant.staff.actor import Actor
from assistant.staff.clients import add_client
from assistant.staff.tickets import ticket_of, tickets
from assistant.turn_log import TurnLog
from assistant.web.server import STOPPING

WRITES, KILLED_AFTER = 200, 90
PROGRAM = Actor("api:portal", "client")
QUESTIONS = [
    f"郑州的省级专精特新企业买设备{n}万，市里怎么补？" for n in range(200, 240)
]


@pytest.fixture(scope="module")
def data(index_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("durable")
    shutil.copytree(index_folder, folder / "index")
    return folder


def test_no_acknowledged_ticket_is_lost_to_kill_9(
    data: Path, model_folder: Path, tmp_path: Path, database: str
):
    """200 writes by four programs at once; the server is killed in their midst."""
    log = TurnLog(database)
    key = add_client(log, "portal", "test")
    kept: list[str] = []
    enough = threading.Event()

    def write(client: httpx.Client, number: int) -> None:
        try:
            answer = client.post("/api/v1/tickets", json={"question": f"第{number}件"})
        except httpx.TransportError:
            return
        assert answer.status_code == 201
        kept.append(answer.json()["id"])
        if len(kept) >= KILLED_AFTER:
            enough.set()

    settings = {"POLICY_DATABASE_URL": database}
    with process(data, model_folder, tmp_path, **settings) as (server, url):
        headers = {"authorization": f"Bearer {key}"}
        with (
            httpx.Client(base_url=url, headers=headers, timeout=30) as client,
            ThreadPoolExecutor(4) as programs,
        ):
            done = [programs.submit(write, client, n) for n in range(WRITES)]
            assert enough.wait(60)
            server.send_signal(signal.SIGKILL)
            for one in done:
                one.result()
    assert KILLED_AFTER <= len(kept) < WRITES
    found = tickets(log, PROGRAM, count=WRITES)
    assert set(kept) <= {ticket.id for ticket in found}
    for id_ in kept:
        ticket, history = ticket_of(log, id_, PROGRAM)
        assert [event.action for event in history] == ["create"]
        assert ticket.version == 1
    log.close()


def test_what_was_accepted_before_a_stop_is_answered_and_kept(
    data: Path, model_folder: Path, tmp_path: Path, database: str
):
    log = TurnLog(database)
    key = add_client(log, "portal", "test")
    settings = {"POLICY_DATABASE_URL": database}
    with process(data, model_folder, tmp_path, **settings) as (server, url):
        headers = {"authorization": f"Bearer {key}"}
        told: list[tuple[int, str]] = []

        def ask(question: str) -> None:
            with httpx.Client(base_url=url, headers=headers, timeout=30) as client:
                try:
                    answer = client.post("/api/v1/ask", json={"question": question})
                except (httpx.ConnectError, httpx.RemoteProtocolError):
                    return  # it no longer listens, or had not read a word yet
                told.append((answer.status_code, answer.json()["turn"]))

        with ThreadPoolExecutor(8) as askers:
            asked = [askers.submit(ask, question) for question in QUESTIONS]
            while not told:
                time.sleep(0.005)
            server.send_signal(signal.SIGTERM)
            for one in asked:
                one.result()
        assert server.wait(30) in (0, -signal.SIGTERM)
    assert {status for status, _ in told} == {200}
    # What was asked and kept was also answered, and the other way round.
    assert {turn.id for turn in log.latest(100)} == {turn for _, turn in told}
    log.close()


def test_a_page_that_is_open_does_not_hold_up_a_stop(
    data: Path, model_folder: Path, tmp_path: Path
):
    """Gradio keeps a connection as long as its page is open."""
    heart = "/gradio_api/heartbeat/x"
    with (
        process(data, model_folder, tmp_path) as (server, url),
        httpx.Client(base_url=url, timeout=60) as client,
        client.stream("GET", heart) as beats,
    ):
        assert next(beats.iter_lines()) == "data: ALIVE"
        server.send_signal(signal.SIGTERM)
        server.wait(STOPPING / 2)  # not only when its patience is at an end
