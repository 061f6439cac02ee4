"""坐席台 in a real browser, by keyboard, and two agents side by side."""

import os
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from served import served
from staffed import PASSWORD, with_staff
from web_desk import desk_of

from assistant.chat import Assistant
from assistant.staff.calls import open_call
from assistant.web.desk import Desk

QUESTION = "郑州省级专精特新买设备1500万怎么补"
PATIENCE = 60_000  # milliseconds
SHOTS = os.environ.get("POLICY_TEST_SHOTS")  # a folder to leave screenshots in


@pytest.fixture(scope="module")
def desk(
    assistant: Assistant, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    desk = with_staff(desk_of(assistant, tmp_path_factory.mktemp("console")))
    yield desk
    desk.log.close()


@pytest.fixture(scope="module")
def url(desk: Desk) -> Iterator[str]:
    with served(desk) as url:
        yield url


class Staff:
    """Somebody's browser, logged in; afterwards nothing may have gone wrong unseen."""

    def __init__(self, browser: Browser, url: str, name: str) -> None:
        self.context: BrowserContext = browser.new_context(
            viewport={"width": 1280, "height": 900}, base_url=url
        )
        self.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.context.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        self.page: Page = self.context.new_page()
        self.printed: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.printed.append(message.text))
        self.page.on("pageerror", lambda error: self.printed.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto("/console")
        self.page.get_by_label("用户名").fill(name)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.get_by_label("来电人的问题").wait_for()

    def ask(self, question: str) -> str:
        """Ask, and what is to be read aloud."""
        box = self.page.get_by_label("来电人的问题")
        box.fill(question)
        box.press("Enter")
        expect(self.page.locator(".sheet h2")).to_have_text(question)
        return self.script()

    def script(self) -> str:
        return self.page.locator(".sheet > .script .say").inner_text()

    def copied(self) -> str:
        expect(self.page.locator("#told")).to_have_text("已复制")
        return self.page.evaluate("navigator.clipboard.readText()")


@pytest.fixture
def somebody(
    browser: Browser, url: str, request: pytest.FixtureRequest
) -> Iterator["type[Staff]"]:
    """Makes browsers for staff, and looks at them in the end."""
    all_: list[Staff] = []

    def made(name: str) -> Staff:
        all_.append(Staff(browser, url, name))
        return all_[-1]

    yield made
    for number, staff in enumerate(all_):
        if SHOTS:
            name = f"{SHOTS}/{request.node.name}-{number}.png"
            staff.page.screenshot(path=name, full_page=True)
        assert staff.printed == []
        assert [u for u in staff.asked if not u.startswith((url, "data:"))] == []
        wide = "document.documentElement.scrollWidth - innerWidth"
        assert staff.page.evaluate(wide) <= 0
        staff.context.close()


@pytest.fixture
def agent(somebody: "type[Staff]") -> Staff:
    return somebody("小王")


def test_two_keys_lead_from_the_words_to_the_copied_answer(agent: Staff):
    """Enter gives the card, Enter copies what to say: counted, not by hand."""
    page = agent.page
    page.evaluate("window.keys = 0; onkeydown = () => { window.keys += 1; }")
    page.keyboard.type(QUESTION)  # Chinese is input, not keys: it is not counted
    typed = page.evaluate("window.keys")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="复制话术").first).to_be_focused()
    page.keyboard.press("Enter")
    copied = agent.copied()
    assert page.evaluate("window.keys") - typed == 2
    assert copied.strip() == agent.script().strip()
    assert "最多150万元" in copied


def test_what_is_typed_finds_and_the_arrows_open_it(agent: Staff):
    page = agent.page
    page.keyboard.type("设备购置补助")
    option = page.locator("#found [role=option]")
    option.first.wait_for()
    assert page.locator("#found [data-open=rule]").count()
    assert page.locator("#found [data-open=clause]").count()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = page.locator('#found [aria-selected="true"]')
    expect(chosen).to_have_count(1)
    box = page.get_by_label("来电人的问题")
    assert box.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    title = chosen.locator("b").inner_text()
    page.keyboard.press("Enter")
    expect(page.locator(".sheet h2")).to_have_text(title)
    page.keyboard.press("Enter")
    assert "写的是" in agent.copied()


def test_the_calculator_is_filled_in_and_read_out_by_keyboard(agent: Staff):
    agent.ask(QUESTION)
    page = agent.page
    form = page.locator("form[data-calculate]").first
    invested = form.get_by_label("设备、软件实际投资")
    expect(invested).to_have_value("1500万元")
    invested.fill("3000万")
    invested.press("Enter")
    sum_ = page.locator(".sum").first
    expect(sum_.locator(".amount")).to_contain_text("不超过200万元")
    page.keyboard.press("Enter")  # the button has the focus
    assert "3000万元乘以10%等于300万元" in agent.copied()
    sum_.get_by_label("设备、软件实际投资").fill("许多")
    sum_.get_by_label("设备、软件实际投资").press("Enter")
    expect(sum_.locator("p.wrong")).to_be_visible()


def test_a_new_call_forgets_the_caller(desk: Desk, agent: Staff):
    agent.ask("我们是郑州的省级专精特新企业")
    assert "最多150万元" in agent.ask("买设备1500万补多少")
    first = open_call(desk.log, "小王")
    agent.page.keyboard.press("F2")
    expect(agent.page.locator("#card")).to_be_empty()
    expect(agent.page.get_by_label("来电人的问题")).to_be_focused()
    expect(agent.page.get_by_label("来电人的问题")).to_have_value("")
    assert "150万元" not in agent.ask("买设备1500万补多少")
    assert open_call(desk.log, "小王") != first
    agent.page.get_by_role("button", name="结束通话").click()
    expect(agent.page.locator("#call-bar")).to_contain_text("没有通话")
    assert open_call(desk.log, "小王") is None


def test_a_page_left_open_cannot_answer_into_another_call(agent: Staff):
    agent.ask(QUESTION)
    other = agent.context.new_page()
    other.goto("/console")
    other.get_by_role("button", name="新来电").click()
    expect(other.locator("#card")).to_be_empty()
    box = agent.page.get_by_label("来电人的问题")
    box.fill("再问一句")
    box.press("Enter")
    expect(agent.page.locator("#card")).to_contain_text("这通来电已经结束")
    expect(box).to_have_value("再问一句")
    agent.printed.clear()  # the browser reports the 409
    other.close()


def test_two_agents_at_once_never_mix_their_callers(somebody: "type[Staff]"):
    one, two = somebody("小王"), somebody("小李")
    one.ask("我们是郑州的省级专精特新企业")
    two.ask("我们是武汉的国家级小巨人")
    for _ in range(3):
        henan = one.ask("买设备投了1500万补多少")
        hubei = two.ask("认定奖励是多少")
        assert "最多150万元" in henan
        assert "湖北" not in henan
        assert "50万元" in hubei
        assert "河南" not in hubei


def test_a_ticket_is_handed_on_answered_and_closed(somebody: "type[Staff]"):
    agent, boss, other = (somebody(name) for name in ("小王", "班长", "小李"))
    agent.ask(QUESTION)
    agent.page.keyboard.press("F4")
    agent.page.keyboard.type("张女士 13912345678")
    agent.page.keyboard.press("Enter")
    link = agent.page.locator(".done a")
    address = link.get_attribute("href")
    for staff in (boss, other):
        staff.page.goto("/console/tickets")
    expect(other.page.locator("table")).to_have_count(0)
    boss.page.goto(address)
    expect(boss.page.locator("main")).to_contain_text("13912345678")
    expect(boss.page.locator(".answer")).to_contain_text("最多150万元")
    boss.page.get_by_label("派给").select_option("小李")
    boss.page.get_by_role("button", name="派单").click()
    expect(boss.page.locator("h1")).to_contain_text("已派")
    other.page.goto(address)
    other.page.get_by_label("答复内容").fill("十二月底前发放")
    other.page.get_by_role("button", name="填写答复").click()
    expect(other.page.locator("h1")).to_contain_text("已答复")
    agent.page.goto(address)
    agent.page.get_by_role("button", name="办结").click()
    expect(agent.page.locator("h1")).to_contain_text("已办结")
    expect(agent.page.locator("main")).not_to_contain_text("13912345678")
    expect(agent.page.locator(".history li")).to_have_count(4)
    boss.page.goto("/console/tickets")
    with boss.page.expect_download() as download:
        boss.page.get_by_role("link", name="导出 CSV").click()
    assert "十二月底前发放" in download.value.path().read_text("utf-8-sig")


def test_a_refused_question_is_reviewed_and_then_found(somebody: "type[Staff]"):
    agent, boss = somebody("小王"), somebody("班长")
    agent.ask("郑州高企认定奖励多少")
    boss.page.goto("/console/queue")
    boss.page.get_by_role("link", name="高企认定").first.click()
    boss.page.get_by_label("问法（会给别的坐席看）").fill("高企认定有没有奖励")
    boss.page.get_by_label("应当").select_option("谢绝")
    boss.page.get_by_label("理由").fill("原文没有写")
    boss.page.get_by_label("坐席查找时显示").check()
    boss.page.get_by_role("button", name="记下").click()
    expect(boss.page.locator("main")).to_contain_text("已复核")
    agent.page.keyboard.press("Escape")
    agent.page.keyboard.type("高企认定")
    found = agent.page.locator("#found [data-open=question]")
    expect(found).to_contain_text("班长核定")
    found.click()
    expect(agent.page.locator(".sheet h2")).to_have_text("高企认定有没有奖励")


def test_what_was_typed_stays_where_the_server_is_gone(agent: Staff):
    agent.context.route("**/console/ask", lambda route: route.abort())
    box = agent.page.get_by_label("来电人的问题")
    box.fill(QUESTION)
    box.press("Enter")
    expect(agent.page.locator("#card")).to_contain_text("连接断了")
    expect(box).to_have_value(QUESTION)
    agent.printed.clear()  # the browser reports the request that failed


def test_html_in_what_a_caller_says_is_not_run(agent: Staff):
    bad = '<img src=x onerror="window.struck=1">'
    agent.ask(f"{bad}{QUESTION}")
    assert agent.page.evaluate("window.struck") is None
    expect(agent.page.locator(".sheet h2")).to_contain_text("<img")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        *(("小王", "/console"), ("班长", "/console/tickets")),
        *(("班长", "/console/queue"), ("主任", "/console/accounts")),
        *(("主任", "/console/audit"), ("小王", "/console/login")),
    ],
)
def test_no_page_of_the_console_has_a_serious_barrier(
    somebody: "type[Staff]", name: str, path: str
):
    staff = somebody(name)
    if path == "/console":
        staff.ask(QUESTION)
        staff.page.get_by_label("来电人的问题").focus()
        staff.page.keyboard.type("吗")
        staff.page.locator("#found [role=option]").first.wait_for()
    else:
        staff.page.goto(path)
    found = Axe().run(staff.page).response["violations"]
    serious = [v for v in found if v["impact"] in ("serious", "critical")]
    assert [(v["id"], [n["html"][:90] for n in v["nodes"]]) for v in serious] == []
