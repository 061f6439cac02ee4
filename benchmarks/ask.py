"""Speed and memory of `ask`: python -m benchmarks.ask GOLD…

Everything is measured in one run and the bars are ratios, since machines differ.
"""

import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from statistics import median, quantiles

from assistant.chat import Assistant
from assistant.session import Session
from eval.cases import load_cases
from index.settings import Settings

AS_OF = date(2026, 11, 22)
ASKERS, CORES = 16, 2
COLD = "武汉的小巨人，省里奖多少？"


def milliseconds(
    work: Callable[[str], object], questions: Sequence[str]
) -> list[float]:
    """The time of `work` for each question."""
    times: list[float] = []
    for question in questions:
        started = time.perf_counter()
        work(question)
        times.append((time.perf_counter() - started) * 1000)
    return times


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def cold_start() -> tuple[float, int]:
    """Seconds from process start to a printed answer, and its peak memory in MB."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "assistant", "ask", COLD]
    subprocess.run(command, check=True, capture_output=True)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    return seconds, peak


def report_single(assistant: Assistant, questions: Sequence[str]) -> None:
    """One asker: `ask` against the embedding of the same questions, turn by turn."""
    ask = lambda q: assistant.ask(q, Session(), AS_OF)  # noqa: E731
    embed = lambda q: assistant.index.embedder.questions([q])  # noqa: E731
    milliseconds(ask, questions[:20])  # warm up
    embedding, asking = [], []
    for question in questions:
        embedding += milliseconds(embed, [question])
        asking += milliseconds(ask, [question])
    pairs = sorted(a / e for a, e in zip(asking, embedding, strict=True))
    print(
        f"embed p50 {median(embedding):.1f} ms, ask p50 {median(asking):.1f} ms", end=""
    )
    print(f", p95 {quantiles(asking, n=20)[-1]:.1f} ms")
    print(f"ask p50 / embed p50 = {median(asking) / median(embedding):.2f}", end="")
    print(f" (pairwise median {median(pairs):.2f}; bar 2.5)")


def report_concurrent(assistant: Assistant, questions: Sequence[str]) -> None:
    """16 askers in one process against one: answers equal, rate not lower."""
    ask = lambda q: assistant.ask(q, Session(), AS_OF)  # noqa: E731
    started, cpu = time.perf_counter(), cpu_seconds()
    alone = [ask(q) for q in questions]
    one_rate = len(questions) / (time.perf_counter() - started)
    one_cpu = (cpu_seconds() - cpu) / len(questions)
    started = time.perf_counter()
    with ThreadPoolExecutor(ASKERS) as pool:
        together = list(pool.map(ask, [q for q in questions for _ in range(3)]))
    rate = len(together) / (time.perf_counter() - started)
    wrong = sum(b.text != alone[i // 3].text for i, b in enumerate(together))
    floor = 0.6 * CORES / one_cpu
    print(f"one asker {one_rate:.0f}/s at {one_cpu * 1000:.1f} ms CPU each", end="")
    print(f"; {ASKERS} askers {rate:.0f}/s, {wrong} wrong answers")
    print(
        f"16 / 1 = {rate / one_rate:.2f} (bar 1); bar 0.6 × cores / CPU = {floor:.0f}/s"
    )


def main() -> None:
    questions = [c.turns[0].user for g in sys.argv[1:] for c in load_cases(Path(g))]
    starts = [cold_start() for _ in range(3)]
    print(f"cold start {median(s for s, _ in starts):.1f} s (bar 4)", end="")
    print(f", peak memory {max(m for _, m in starts)} MB (bar 900)")
    assistant = Assistant.load(Settings())
    report_single(assistant, questions)
    report_concurrent(assistant, questions)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"peak memory after {ASKERS} askers {peak} MB")


if __name__ == "__main__":
    main()
