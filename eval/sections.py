"""The tables and pictures of a report."""

from collections.abc import Iterator, Mapping

from assistant.refusal import decision_model
from eval.outcome import Section
from eval.plots import rates_plot, sweep_plot
from eval.refusal import Decision
from eval.retrieval import Scores
from eval.tally import BEHAVIOURS, PERCENTILES, Rates
from prompts import say, words


def of_rates(rates: Mapping[str, Rates]) -> Iterator[Section]:
    """A table with a picture for all cases, the checks, the kinds and the texts."""
    for name, found in rates.items():
        if not found:
            continue
        names: dict[str, str] = words("evaluation.names")
        named = {names.get(label, label): r for label, r in found.items()}
        rows = [
            (label, f"{r.right} / {r.of}", percent(r.share), interval(r.interval))
            for label, r in named.items()
        ]
        picture = rates_plot(named) if len(named) > 1 else ""
        yield section(f"rates.{name}", "rates.head", rows, picture)


def of_retrieval(scores: Mapping[str, Scores]) -> Iterator[Section]:
    """What each part of the search is worth."""
    rows = [
        (
            say(f"evaluation.variants.{name}"),
            str(found.cases),
            *(
                f"{value:.3f}"
                for value in (
                    found.hit_at_1,
                    found.recall_at_5,
                    found.recall_at_10,
                    found.mrr,
                )
            ),
        )
        for name, found in scores.items()
    ]
    if rows:
        yield section("retrieval", "retrieval.head", rows)


def of_confusion(counted: Mapping[str, Mapping[str, int]]) -> Section:
    """Behaviours wanted, by the behaviour shown."""
    names: dict[str, str] = words("evaluation.behaviours")
    head = [words("evaluation.confusion.corner"), *(names[b] for b in BEHAVIOURS)]
    rows = [
        (names[wanted], *(str(counted[wanted][got]) for got in BEHAVIOURS))
        for wanted in BEHAVIOURS
    ]
    title, note = (say(f"evaluation.confusion.{k}") for k in ("title", "note"))
    return Section(title, head, rows, note)


def of_sweep(sweep: Mapping[float, Decision]) -> Iterator[Section]:
    """The refusal decision at every threshold."""
    if not sweep:
        return
    threshold = decision_model().threshold
    rows = [
        (f"{t:.2f}", percent(d.precision), percent(d.recall), percent(d.answered))
        for t, d in sweep.items()
    ]
    picture = sweep_plot(sweep, threshold)
    yield section("sweep", "sweep.head", rows, picture, threshold=threshold)


def of_latencies(found: Mapping[str, Mapping[str, float]]) -> Section:
    """Milliseconds by step."""
    names: dict[str, str] = words("evaluation.steps")
    rows = [
        (names.get(step, step), *(f"{spent[f'p{p}']:.1f}" for p in PERCENTILES))
        for step, spent in found.items()
    ]
    return section("latency", "latency.head", rows)


def section(
    key: str,
    head: str,
    rows: list[tuple[str, ...]],
    picture: str = "",
    **values: object,
) -> Section:
    """A table with the title, note and head that prompts/ has for it."""
    return Section(
        say(f"evaluation.{key}.title"),
        words(f"evaluation.{head}"),
        rows,
        say(f"evaluation.{key}.note", **values),
        picture,
    )


def percent(share: float) -> str:
    """A share to read, to a tenth of a per cent."""
    return f"{share:.1%}"


def interval(bounds: tuple[float, float]) -> str:
    """An interval to read."""
    return f"{bounds[0]:.1%} – {bounds[1]:.1%}"
