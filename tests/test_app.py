"""The page in a real browser: it answers, fetches nothing and runs nobody's HTML."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from chroma_server import free_port
from playwright.sync_api import Browser, Page, expect, sync_playwright

from assistant.turn_log import TurnLog
from index.settings import Settings

ROOT = Path(__file__).parent.parent
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-background-networking"]
DEVICES = "郑州的省级专精特新企业买设备，市里怎么补？"
PATIENCE = 60_000  # milliseconds; a busy machine is slow to draw its first page

pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason=f"there is no {CHROMIUM} on this machine"
)


@pytest.fixture(scope="module")
def address(
    index_folder: Path, model_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Where `python app.py` serves the page."""
    port = free_port()
    settings = {
        "POLICY_DATA": str(index_folder.parent),
        "POLICY_MODEL": str(model_folder),
        "POLICY_PORT": str(port),
        "POLICY_CHROMA_URL": "",
        "POLICY_DATABASE_URL": "",
        "GRADIO_ANALYTICS_ENABLED": "False",
        "HF_HUB_OFFLINE": "1",
    }
    log = tmp_path_factory.mktemp("app") / "log"
    with log.open("w", encoding="utf-8") as output:
        server = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=ROOT,
            env=os.environ | settings,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        while not listens(port):
            assert server.poll() is None, log.read_text("utf-8")
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def listens(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=ARGUMENTS, headless=True
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The page as a new visitor sees it."""
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    page.goto(address)
    page.get_by_role("textbox").wait_for()
    yield page
    page.close()


def ask(page: Page, question: str) -> None:
    page.get_by_role("textbox").fill(question)
    page.get_by_role("textbox").press("Enter")


def test_the_page_answers_a_question_with_its_sources(page: Page):
    expect(page).to_have_title("惠企政策问答助手")
    ask(page, DEVICES)
    answer = page.locator(".bot").filter(has_text="出处").last
    expect(answer).to_contain_text("最高不超过200万元")
    expect(answer).to_contain_text("有效")


def test_the_page_is_drawn_without_fetching_anything_elsewhere(
    browser: Browser, address: str
):
    asked: list[str] = []
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    ask(page, DEVICES)
    page.locator(".bot").filter(has_text="出处").wait_for()
    page.close()
    own = (address, address.replace("http", "ws"), "data:", "blob:")
    assert asked
    assert [url for url in asked if not url.startswith(own)] == []


def test_html_in_a_question_is_not_run(page: Page):
    hostile = '<img src=x onerror="window.struck=1"><script>window.struck=1</script>'
    ask(page, f"{hostile}{DEVICES}")
    page.locator(".bot").filter(has_text="出处").wait_for()
    assert page.evaluate("window.struck") is None


def test_what_one_visitor_said_is_unknown_to_the_next(page: Page, browser: Browser):
    ask(page, "我们在湖北武汉，做技改怎么补")
    expect(page.locator(".bot").last).to_contain_text("总投资门槛")
    other = browser.new_page()
    other.set_default_timeout(PATIENCE)
    other.goto(page.url)
    other.get_by_role("textbox").wait_for()
    ask(other, "专精特新企业买设备怎么补")
    expect(other.locator(".bot").last).to_contain_text("郑州市")
    assert "武汉" not in other.locator("body").inner_text()
    other.close()


def test_the_page_stores_its_turns_without_personal_data(
    page: Page, index_folder: Path
):
    ask(page, f"{DEVICES}我的电话13912345678")
    page.locator(".bot").filter(has_text="已经遮去").wait_for()
    turns = TurnLog.of(Settings(data=index_folder.parent, database_url="")).latest(9)
    (own,) = (turn for turn in turns if "手机号" in turn.question)
    assert own.question == f"{DEVICES}我的电话〔手机号〕"
    assert "最高不超过200万元" in own.answer["text"]


def test_without_an_index_the_page_does_not_start_and_says_why(
    tmp_path: Path, model_folder: Path
):
    settings = {"POLICY_DATA": str(tmp_path), "POLICY_MODEL": str(model_folder)}
    result = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        encoding="utf-8",
    )
    assert result.returncode == 1
    assert "python -m index build" in result.stderr
    assert "Traceback" not in result.stderr
