"""Many visitors at once through the page's own queue: python -m benchmarks.page_load

    python -m benchmarks.page_load [SESSIONS] [SECONDS]

Starts `app.py` on a free port with a log of its own, and loads it from this process, on
the same machine: each session asks one question every 5 s. Prints errors and times, and
how long the first page of a new browser takes (which needs /usr/bin/chromium).
"""

import asyncio
import json
import os
import random
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from statistics import median, quantiles

import httpx
from playwright.sync_api import sync_playwright

from eval.gate import gate_cases

ROOT = Path(__file__).parent.parent
SESSIONS, SECONDS, EVERY = 50, 300.0, 5.0
CHROMIUM = "/usr/bin/chromium"
START = 60.0  # seconds that the server may take to start


@dataclass
class Times:
    """What the load found, in ms."""

    answers: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


async def visit(
    url: str, questions: Sequence[str], until: float, wait: float, times: Times
) -> None:
    """One visitor: load the page, then a question every 5 s in one conversation."""
    await asyncio.sleep(wait)
    async with httpx.AsyncClient(base_url=url, timeout=30, trust_env=False) as client:
        started = time.perf_counter()
        page = await client.get("/")
        times.pages.append((time.perf_counter() - started) * 1000)
        event = json.loads((await client.get("/config")).text)["dependencies"][0]["id"]
        if page.status_code != 200:
            times.errors.append(f"page {page.status_code}")
        session, conversation = secrets.token_hex(6), ""
        for question in cycle(questions):
            begun = time.perf_counter()
            if begun > until:
                return
            try:
                value = await ask(client, event, session, conversation, question)
                times.answers.append((time.perf_counter() - begun) * 1000)
                conversation = value["conversation"]
                if not value["turn"]:
                    times.errors.append("not stored")
            except (httpx.HTTPError, KeyError, ValueError) as error:
                times.errors.append(f"{type(error).__name__}: {error}"[:200])
            await asyncio.sleep(max(0.0, EVERY - (time.perf_counter() - begun)))


async def ask(
    client: httpx.AsyncClient,
    event: int,
    session: str,
    conversation: str,
    question: str,
) -> dict[str, str]:
    """One question as the page sends it: joins the queue and waits for its answer."""
    said = {"question": question, "conversation": conversation}
    body = {"data": [], "event_data": said, "fn_index": event, "session_hash": session}
    joined = await client.post("/gradio_api/queue/join", json=body)
    joined.raise_for_status()
    found: dict[str, str] = {}
    data = {"session_hash": session}
    async with client.stream("GET", "/gradio_api/queue/data", params=data) as lines:
        async for line in lines.aiter_lines():
            if not line.startswith("data:"):
                continue
            message = json.loads(line[5:])
            if message["msg"] in ("process_generating", "process_completed"):
                output = message["output"].get("data") or [None]
                if isinstance(output[0], dict):
                    found = output[0]
            if message["msg"] == "process_completed" and not message["success"]:
                raise ValueError(str(message["output"])[:200])
            if message["msg"] == "close_stream":
                break
    return found


def serve(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """app.py on a port, its turns in a folder; raises TimeoutError."""
    own = {
        "POLICY_PORT": str(port),
        "POLICY_AS_OF": "2026-11-22",
        "POLICY_DATABASE_URL": f"sqlite:///{folder / 'turns.db'}",
        "GRADIO_ANALYTICS_ENABLED": "False",
        "HF_HUB_OFFLINE": "1",
    }
    server = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=os.environ | own,
        stdout=subprocess.DEVNULL,
    )
    started = time.perf_counter()
    while time.perf_counter() - started < START:
        with socket.socket() as connection:
            if connection.connect_ex(("127.0.0.1", port)) == 0:
                print(f"listens after {time.perf_counter() - started:.1f} s")
                return server
        time.sleep(0.1)
    server.terminate()
    raise TimeoutError("app.py did not start")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def first_page(url: str) -> float:
    """Seconds until a new browser shows the question box, just after the start."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-background-networking"],
        )
        page = browser.new_page()
        started = time.perf_counter()
        page.goto(url)
        page.locator("#question").wait_for()
        seconds = time.perf_counter() - started
        browser.close()
        return seconds


async def load(url: str, sessions: int, seconds: float) -> Times:
    chance = random.Random(6)
    asked = [c.turns[0].user for c in gate_cases() if len(c.turns) == 1]
    times, until = Times(), time.perf_counter() + seconds
    async with asyncio.TaskGroup() as group:
        for number in range(sessions):
            questions = chance.sample(asked, 100)
            wait = number * EVERY / sessions
            group.create_task(visit(url, questions, until, wait, times))
    return times


def main() -> None:
    sessions = int(sys.argv[1]) if len(sys.argv) > 1 else SESSIONS
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else SECONDS
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        server = serve(Path(folder), port)
        try:
            url = f"http://127.0.0.1:{port}"
            print(f"first page {first_page(url):.2f} s (bar 2)")
            times = asyncio.run(load(url, sessions, seconds))
        finally:
            server.terminate()
            server.wait()
    p95 = quantiles(times.answers, n=20, method="inclusive")[-1]
    print(f"{len(times.answers)} answers, {len(times.errors)} errors", end="")
    print(f"; p50 {median(times.answers):.0f} ms, p95 {p95:.0f} ms (bar 1000)", end="")
    print(f", max {max(times.answers):.0f} ms")
    print(f"{len(times.pages)} page loads, p50 {median(times.pages):.0f} ms")
    for error in times.errors[:5]:
        print(error)


if __name__ == "__main__":
    main()
