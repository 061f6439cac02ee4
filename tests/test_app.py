"""The pages in a real browser, wide and narrow: each journey, and what must not be."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from chroma_server import free_port
from model_server import Reply, model_server, says
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Route,
    expect,
)
from running import running
from web_desk import votes_of

from assistant.turn_log import TurnLog
from index.build import Manifest, build_index, current_manifest
from index.embed import OnnxEmbedder
from index.read import Corpus
from index.settings import Settings

ROOT = Path(__file__).parent.parent
DEVICES = "郑州的省级专精特新企业买设备1500万（税后），市里怎么补？"
PATIENCE = 60_000  # milliseconds; a busy machine is slow to draw its first page
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
SHOTS = os.environ.get("POLICY_TEST_SHOTS")  # a folder to leave screenshots in


@pytest.fixture(scope="module")
def data(index_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of the pages' own, with the index of the five texts."""
    folder = tmp_path_factory.mktemp("pages")
    shutil.copytree(index_folder, folder / "index")
    return folder


@pytest.fixture(scope="module")
def address(
    data: Path, model_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The pages, without a language model."""
    with running(data, model_folder, tmp_path_factory.mktemp("app")) as url:
        yield url


@pytest.fixture(params=SIZES)
def visitor(
    browser: Browser, address: str, request: pytest.FixtureRequest
) -> Iterator[BrowserContext]:
    """A new visitor at one size of screen."""
    width, height = SIZES[request.param]
    context = browser.new_context(
        viewport={"width": width, "height": height}, base_url=address
    )
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    yield context
    context.close()


@pytest.fixture
def page(visitor: BrowserContext, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The chat as it opens; afterwards nothing may have gone wrong unseen."""
    page = visitor.new_page()
    printed: list[str] = []
    page.on("console", lambda message: printed.append(message.text))
    page.on("pageerror", lambda error: printed.append(str(error)))
    page.goto("/")
    page.get_by_label("您的问题").wait_for()
    yield page
    if SHOTS:
        name = request.node.name.replace("/", "_")
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)
    assert page.evaluate("window.struck") is None
    assert printed == []
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, "the page scrolls sideways"
    page.close()


def ask(page: Page, question: str) -> None:
    """Ask, and wait until the answer to it stands there."""
    before = page.locator(".turn").count()
    page.get_by_label("您的问题").fill(question)
    page.get_by_label("您的问题").press("Enter")
    expect(page.locator(".turn")).to_have_count(before + 1)


def last(page: Page):
    return page.locator(".turn").last


# 咨询


def test_an_answer_stands_in_its_parts(page: Page):
    expect(page).to_have_title("惠企政策问答助手")
    ask(page, DEVICES)
    answer = last(page)
    expect(answer.locator(".lead")).to_contain_text("最多150万元")
    card = answer.locator(".card")
    expect(card).to_contain_text("不超过150万元")
    expect(card).to_contain_text("付给：企业")
    steps = card.get_by_text("1500万元 × 10% = 150万元")
    expect(steps).to_be_hidden()
    card.get_by_text("算法").click()
    expect(steps).to_be_visible()
    expect(answer.locator(".chip")).to_contain_text("有效")
    expect(answer).to_contain_text("按2026年11月22日的情况作答")
    expect(answer.locator(".understood summary")).to_contain_text("河南省郑州市")


def test_notices_cannot_be_overlooked(page: Page):
    ask(page, "上街区培养一名新技师补多少？")
    notices = last(page).locator(".notices")
    expect(notices).to_be_visible()
    expect(notices).to_contain_text("征求意见稿")


def test_a_verdict_is_said_first(page: Page):
    ask(page, "武汉的小巨人，湖北省里的一次性奖励能不能拿？")
    expect(last(page).locator(".verdict")).to_be_visible()


def test_a_citation_opens_its_clause_with_the_quote_marked(page: Page):
    ask(page, DEVICES)
    last(page).locator(".chip").first.click()
    panel = page.locator("#panel")
    expect(panel.locator("mark")).to_contain_text("最高不超过200万元")
    for part in ("主要任务", "有效", "市工信局", "至2026年12月31日"):
        expect(panel).to_contain_text(part)
    panel.get_by_text("对来源文字的更正").click()
    expect(panel).to_contain_text("繁体转简体")
    panel.get_by_role("button", name="下一条").click()
    expect(panel).to_contain_text("三、（一）2")
    page.keyboard.press("Escape")
    expect(last(page).locator(".chip").first).to_be_focused()


def test_a_marker_in_the_text_opens_the_same_clause(page: Page):
    ask(page, DEVICES)
    last(page).locator(".lead .marker").click()
    expect(page.locator("#panel mark")).to_contain_text("最高不超过200万元")


def test_what_was_understood_can_be_changed(page: Page):
    ask(page, DEVICES)
    last(page).locator(".understood summary").click()
    last(page).get_by_label("设备、软件实际投资").fill("800万")
    last(page).get_by_role("button", name="重新测算").click()
    expect(page.locator(".turn")).to_have_count(2)
    expect(last(page).locator(".card")).to_contain_text("不超过80万元")
    expect(page.locator(".turn").first.locator(".understood")).to_be_hidden()


def test_a_suggestion_is_asked_by_a_click(page: Page):
    ask(page, DEVICES)
    last(page).get_by_role("button", name="原文怎么说的？").click()
    expect(page.locator(".turn")).to_have_count(2)
    expect(last(page)).to_contain_text("市财政按照不超过设备、软件实际投资")


def test_an_example_is_asked_by_a_click(page: Page):
    page.locator("#examples button").first.click()
    expect(last(page).locator(".chip").first).to_be_visible()
    expect(page.locator("#examples")).to_be_hidden()


def test_a_retry_replaces_the_last_answer(page: Page):
    ask(page, DEVICES)
    turn = last(page).get_attribute("data-turn")
    last(page).get_by_role("button", name="重试").click()
    expect(page.locator("#state")).to_have_text("")
    expect(page.locator(".turn")).to_have_count(1)
    assert last(page).get_attribute("data-turn") == turn


def test_an_answer_is_copied_with_its_sources(page: Page, visitor: BrowserContext):
    visitor.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, DEVICES)
    last(page).get_by_role("button", name="复制（带出处）").click()
    expect(last(page).get_by_role("button", name="已复制")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "最多150万元" in copied
    assert "《郑州市专精特新企业三年倍增行动方案（2024—2026年）》" in copied
    assert "按2026年11月22日" in copied


def test_a_conversation_is_exported(page: Page):
    ask(page, DEVICES)
    ask(page, "要是投了八百万呢？")
    with page.expect_download() as download:
        page.get_by_role("link", name="导出对话").click()
    assert download.value.suggested_filename == "惠企政策问答记录.md"
    text = Path(download.value.path()).read_text("utf-8")
    assert text.index("最多150万元") < text.index("最多80万元")
    assert text.count("## 问：") == 2


def test_a_vote_is_kept_with_its_reason(page: Page, data: Path):
    ask(page, DEVICES)
    turn = last(page).get_attribute("data-turn")
    last(page).get_by_role("button", name="没用").click()
    last(page).get_by_label("哪里不对？").fill("我问的是省里")
    last(page).get_by_role("button", name="提交").click()
    expect(last(page).locator(".told")).to_contain_text("已经记下")
    expect(last(page).get_by_label("哪里不对？")).to_be_hidden()
    log = TurnLog.of(Settings(data=data, database_url=""))
    assert (turn, False, "我问的是省里") in votes_of(log)


def test_a_conversation_is_there_after_a_reload_and_in_the_list(page: Page):
    ask(page, DEVICES)
    page.reload()
    expect(last(page)).to_contain_text("最多150万元")
    ask(page, "要是投了八百万呢？")
    expect(last(page)).to_contain_text("最多80万元")
    page.get_by_role("button", name="新对话").click()
    expect(page.locator(".turn")).to_have_count(0)
    page.get_by_role("link", name="我的对话").click()
    page.get_by_role("link", name=DEVICES).click()
    expect(page.locator(".turn")).to_have_count(2)
    page.goto("/past")
    page.get_by_role("button", name="删除").click()
    expect(page.locator("#main")).to_contain_text("还没有对话记录")
    page.goto("/")


def test_a_visitor_sees_nothing_of_another(page: Page, browser: Browser, address: str):
    ask(page, "我们在湖北武汉，做技改怎么补")
    mark = page.url.partition("#")[2]
    assert mark
    other = browser.new_context(base_url=address)
    theirs = other.new_page()
    theirs.goto(f"/#{mark}")
    ask(theirs, "专精特新企业买设备怎么补")
    assert "武汉" not in theirs.locator("#log").inner_text()
    assert mark not in theirs.url
    theirs.goto("/past")
    assert "武汉" not in theirs.locator("body").inner_text()
    for path in (f"/conversation?id={mark}", f"/conversation.md?id={mark}"):
        assert "武汉" not in other.request.get(path).text()
    other.close()


def test_keyboard_alone_is_enough(page: Page):
    page.get_by_label("您的问题").focus()
    page.keyboard.type(DEVICES)
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("请快一点")
    page.keyboard.press("Enter")
    expect(last(page)).to_contain_text("最多150万元")
    chip = last(page).locator(".chip").first
    chip.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#panel mark")).to_be_visible()


def test_an_empty_question_asks_nothing(page: Page):
    page.get_by_label("您的问题").fill("   ")
    page.get_by_role("button", name="提问", exact=True).click()
    page.wait_for_timeout(300)
    expect(page.locator(".turn")).to_have_count(0)


def test_the_chat_begins_however_late_its_script_comes(visitor: BrowserContext):
    def late(route: Route) -> None:
        time.sleep(1)
        route.continue_()

    page = visitor.new_page()
    page.route("**/web/page.js*", late)
    page.goto("/")
    page.get_by_label("您的问题").wait_for()
    page.wait_for_function("window.policyChat !== undefined")
    page.wait_for_timeout(100)  # in which it finds the script
    ask(page, DEVICES)
    expect(last(page)).to_contain_text("最多150万元")
    page.close()


@pytest.mark.parametrize("visitor", ["desktop"], indirect=True)
def test_a_question_is_not_lost_with_the_server_and_goes_on_after_it(
    visitor: BrowserContext, data: Path, model_folder: Path, tmp_path: Path
):
    port = str(free_port())
    page = visitor.new_page()
    script = (ROOT / "assistant/web/static/page.js").read_text("utf-8")
    hasty = script.replace("PATIENCE = 30000", "PATIENCE = 1500")
    assert hasty != script
    page.route("**/web/page.js*", lambda route: route.fulfill(body=hasty))
    with running(data, model_folder, tmp_path, POLICY_PORT=port) as url:
        page.goto(url)
        page.get_by_label("您的问题").wait_for()
        ask(page, DEVICES)
    page.get_by_label("您的问题").fill("要是投了八百万呢？")
    page.get_by_label("您的问题").press("Enter")
    expect(page.locator("#state")).to_contain_text("连接断了")
    expect(page.get_by_label("您的问题")).to_have_value("要是投了八百万呢？")
    last(page).locator(".chip").click()
    expect(page.locator("#panel")).to_contain_text("连接断了")
    with running(data, model_folder, tmp_path, POLICY_PORT=port):
        page.reload()
        page.get_by_label("您的问题").wait_for()
        expect(page.locator(".turn")).to_have_count(1)
        ask(page, "要是投了八百万呢？")
        expect(last(page)).to_contain_text("最多80万元")
    page.close()


# With a language model

TRUE = "设备、软件购置补助最多150万元，1500万元 × 10% = 150万元[1]。"


def slowly(_: dict[str, object]) -> Reply:
    row = {"sentences": [{"text": TRUE, "markers": [1]}]}
    return says(json.dumps(row, ensure_ascii=False), pause=1.0)


@pytest.mark.parametrize("visitor", ["desktop"], indirect=True)
def test_a_model_s_words_replace_the_answer_unless_stopped(
    visitor: BrowserContext, data: Path, model_folder: Path, tmp_path: Path
):
    with model_server(slowly) as server:
        more = {"LLM_BASE_URL": server.url, "LLM_MODEL": "small", "LLM_API_KEY": "x"}
        with running(data, model_folder, tmp_path, **more) as url:
            page = visitor.new_page()
            page.goto(url)
            page.get_by_label("您的问题").wait_for()
            ask(page, DEVICES)
            expect(last(page).locator(".lead")).to_contain_text("市级“设备")
            expect(page.locator("#state")).to_contain_text("已可使用")
            expect(last(page).locator(".lead")).to_contain_text(
                "设备、软件购置补助最多"
            )
            expect(page.locator("#state")).to_have_text("")
            ask(page, f"再问一次，{DEVICES}")
            page.get_by_role("button", name="停止").click()
            page.wait_for_timeout(5000)
            expect(last(page).locator(".lead")).to_contain_text("市级“设备")
            page.reload()
            expect(page.locator(".turn")).to_have_count(2)
            page.close()


# 测算, 体检, 政策库


def test_a_rule_is_found_filled_in_and_computed(page: Page):
    page.get_by_role("link", name="测算", exact=True).click()
    page.get_by_label("名称或原文里的词").fill("设备")
    page.get_by_role("button", name="筛选").click()
    page.get_by_role("link", name="设备、软件购置补助", exact=True).click()
    page.get_by_label("企业级别").select_option("省级专精特新中小企业")
    page.get_by_label("设备、软件实际投资").fill("1500万")
    page.get_by_role("button", name="测算").click()
    expect(page.locator("#result .amount")).to_have_text("不超过150万元")
    page.locator("#result .chip").click()
    expect(page.locator("#panel mark")).to_contain_text("最高不超过200万元")


def test_a_check_up_leads_to_its_calendar(page: Page):
    page.get_by_role("link", name="体检").click()
    page.get_by_label("地区").fill("郑州市")
    page.get_by_label("企业级别").select_option("省级专精特新中小企业")
    page.get_by_label("设备、软件实际投资").fill("1500万")
    page.get_by_role("button", name="开始体检").click()
    expect(page.locator("#result .amount").first).to_contain_text("150万元")
    expect(page.locator(".timeline")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载日历文件").click()
    assert "BEGIN:VEVENT" in Path(download.value.path()).read_text("utf-8")


def test_the_library_is_searched_read_and_compared(page: Page):
    page.get_by_role("link", name="政策库").click()
    page.get_by_label("要找的词或问题").fill("技改设备补助")
    page.get_by_label("地区").select_option("湖北省")
    page.get_by_role("button", name="筛选").click()
    page.locator(".found a").first.click()
    expect(page.locator("#main")).to_contain_text("来源原文")
    page.get_by_label("与另一条对照").fill("zhengzhou-2024#三（一）1")
    page.get_by_role("button", name="对照").click()
    expect(page.locator(".sides .clause")).to_have_count(2)
    page.goto("/library/text?id=zhengzhou-2024")
    page.get_by_role("button", name="三、（一）1 ").click()
    expect(page.locator("#panel .clause")).to_contain_text("市工信局")


# What must not be


PLACES = ("/", "/calculate", "/calculate?rule=zhengzhou-equipment&place=郑州市")
PLACES += ("/checkup?place=郑州市&level=provincial&investment=1500万", "/library")
PLACES += ("/library/text?id=hubei-2023", "/library/clause?id=hubei-2023%23九", "/past")
PLACES += ("/library/compare?a=hubei-2023%23九&b=hubei-2023%23十",)


@pytest.mark.parametrize("path", PLACES)
def test_axe_finds_no_serious_barrier(page: Page, path: str):
    page.goto(path)
    page.locator("#main").wait_for()
    if path == "/":
        ask(page, DEVICES)
        ask(page, "上街区培养一名新技师补多少？")
        last(page).locator(".chip").first.click()
        page.locator("#panel .clause").wait_for()
    found = Axe().run(page).response["violations"]
    serious = [v for v in found if v["impact"] in ("serious", "critical")]
    assert [(v["id"], [n["html"][:90] for n in v["nodes"]]) for v in serious] == []


def test_no_page_fetches_anything_from_elsewhere(page: Page, address: str):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in PLACES:
        page.goto(path)
    page.goto("/")
    ask(page, DEVICES)
    own = (address, address.replace("http", "ws"), "data:", "blob:")
    assert len(asked) > len(PLACES)
    assert [url for url in asked if not url.startswith(own)] == []


HOSTILE = '<img src=x onerror="window.struck=1"><script>window.struck=1</script>'


def test_html_in_a_question_or_a_profile_is_not_run(page: Page):
    ask(page, f"{HOSTILE}{DEVICES}")
    expect(last(page).locator(".asked")).to_contain_text("<script>")
    last(page).locator(".understood summary").click()
    last(page).locator(".understood [name=place]").fill(f"武汉{HOSTILE}")
    last(page).get_by_role("button", name="重新测算").click()
    expect(page.locator(".turn")).to_have_count(2)
    page.reload()
    expect(page.locator(".turn")).to_have_count(2)
    page.goto("/past")
    expect(page.locator(".past")).to_contain_text("<img")
    page.goto("/")


def test_turns_are_stored_without_personal_data(page: Page, data: Path):
    ask(page, f"{DEVICES}我的电话13912345678")
    expect(last(page)).to_contain_text("已经遮去")
    expect(last(page).locator(".asked")).not_to_contain_text("13912345678")
    log = TurnLog.of(Settings(data=data, database_url=""))
    turn = log.turn(last(page).get_attribute("data-turn") or "")
    assert turn.question == f"{DEVICES}我的电话〔手机号〕"


@pytest.mark.parametrize("visitor", ["desktop"], indirect=True)
def test_a_page_loads_and_answers_while_the_index_is_built_anew(
    page: Page,
    data: Path,
    corpus: Corpus,
    onnx_embedder: OnnxEmbedder,
    tmp_path: Path,
):
    before = current_manifest(data / "index")
    made: list[Manifest] = []

    def build() -> None:  # without callers' words: another index than the current one
        index = data / "index"
        made.append(build_index(corpus, onnx_embedder, index, paraphrases=tmp_path))

    building = threading.Thread(target=build)
    building.start()
    page.goto("/")
    page.reload()
    ask(page, DEVICES)
    expect(last(page)).to_contain_text("最多150万元")
    building.join()
    assert made
    assert made[0] == current_manifest(data / "index") != before
    ask(page, "要是投了八百万呢？")
    expect(last(page)).to_contain_text("最多80万元")
    page.reload()
    expect(page.locator(".turn")).to_have_count(2)


# How it is started


def run_app(**settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        encoding="utf-8",
    )


def test_without_an_index_the_page_does_not_start_and_says_why(
    tmp_path: Path, model_folder: Path
):
    result = run_app(POLICY_DATA=str(tmp_path), POLICY_MODEL=str(model_folder))
    assert result.returncode == 1
    assert "python -m index build" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_host_open_to_others_needs_a_password():
    result = run_app(POLICY_HOST="0.0.0.0", POLICY_ADMIN_PASSWORD="")
    assert result.returncode == 1
    assert "POLICY_ADMIN_PASSWORD" in result.stderr
