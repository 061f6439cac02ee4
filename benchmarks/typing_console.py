"""From a key to results in the console: python -m benchmarks.typing_console

    python -m benchmarks.typing_console [QUESTIONS]

Starts `app.py` with an account, types questions of our own cases into the console in a
real Chromium as pinyin is committed, two characters at a time, and measures in the page
from the input to the results that are drawn. Also counts the keys from the last word of
a question to the copied answer. Prints JSON, times in ms.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Page, sync_playwright

from benchmarks.page_load import CHROMIUM, free_port, serve
from eval.cases import load_cases

ROOT = Path(__file__).parent.parent
CASES = ROOT / "eval/cases/terse.jsonl"
QUESTIONS, PAUSE = 40, 250  # ms between two words: fast for a person
PASSWORD = "benchmark-password"
WATCH = """() => {
  window.times = []; window.keys = 0;
  let began = 0;
  const box = document.querySelector("#q");
  box.addEventListener("input", () => { began ||= performance.now(); }, true);
  document.addEventListener("keydown", () => { window.keys += 1; }, true);
  new MutationObserver(() => requestAnimationFrame(() => {
    if (began) window.times.push(performance.now() - began);
    began = 0;
  })).observe(document.querySelector("#found"), { childList: true });
}"""


def type_questions(page: Page, questions: list[str]) -> dict[str, object]:
    """The times of all searches, and the keys that the last question took."""
    page.evaluate(WATCH)
    for question in questions:
        page.locator("#q").fill("")
        for start in range(0, len(question), 2):
            page.keyboard.insert_text(question[start : start + 2])
            page.wait_for_timeout(PAUSE)
    times: list[float] = page.evaluate("window.times")
    page.evaluate("window.keys = 0")
    page.keyboard.press("Enter")
    page.locator(".sheet").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('#told').textContent")
    p95 = quantiles(times, n=20)[-1]
    return {
        "questions": len(questions),
        "searches": len(times),
        "p50": round(median(times), 1),
        "p95": round(p95, 1),
        "max": round(max(times), 1),
        "keys_to_copied_answer": page.evaluate("window.keys"),
    }


def main() -> None:
    """Print what was measured."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else QUESTIONS
    questions = [case.turns[0].user for case in load_cases(CASES)][:most]
    os.environ["POLICY_ADMIN_PASSWORD"] = PASSWORD
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        server = serve(Path(folder), port)
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=CHROMIUM, args=["--no-sandbox"]
                )
                page = browser.new_page(base_url=f"http://127.0.0.1:{port}")
                page.goto("/console")
                page.get_by_label("用户名").fill("admin")
                page.get_by_label("密码").fill(PASSWORD)
                page.keyboard.press("Enter")
                page.locator("#q").wait_for()
                print(json.dumps(type_questions(page, questions)))
                browser.close()
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
