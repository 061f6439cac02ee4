# pyright: basic
"""Pictures of a report, as SVG to stand inside the page."""

import io
import warnings
from collections.abc import Mapping

from matplotlib import rc_context
from matplotlib.figure import Figure

from eval.refusal import Decision
from eval.tally import Rates
from prompts import say

INK, RED, BLUE, GREEN = "#1f4e79", "#b03a2e", "#2471a3", "#1e8449"
WIDTH, ROW = 7.5, 0.28  # inches


def rates_plot(rates: Rates) -> str:
    """A bar for each rate with its interval, the first on top."""
    names, shares = list(rates), [r.share for r in rates.values()]
    bounds = [r.interval for r in rates.values()]
    errors = [
        [share - low for share, (low, _) in zip(shares, bounds, strict=True)],
        [high - share for share, (_, high) in zip(shares, bounds, strict=True)],
    ]
    figure = Figure(figsize=(WIDTH, 0.7 + ROW * len(names)))
    axes = figure.subplots()
    axes.barh(names, shares, xerr=errors, color=INK, ecolor=RED, height=0.6, capsize=2)
    axes.set_xlim(0, 1)
    axes.invert_yaxis()
    return _svg(figure)


def sweep_plot(sweep: Mapping[float, Decision], in_force: float) -> str:
    """Precision and recall of refusals, and what is answered, by threshold."""
    figure = Figure(figsize=(WIDTH, 3))
    axes = figure.subplots()
    for name, color in (("precision", RED), ("recall", BLUE), ("answered", GREEN)):
        values = [getattr(decision, name) for decision in sweep.values()]
        label = say(f"evaluation.refusals.{name}")
        axes.plot(list(sweep), values, color=color, label=label)
    axes.axvline(in_force, color="grey", linestyle="--")
    axes.set_ylim(0, 1.02)
    axes.legend()
    return _svg(figure)


def _svg(figure: Figure) -> str:
    """The picture as text; its letters are left to the browser that shows it."""
    file = io.StringIO()
    with warnings.catch_warnings(), rc_context({"svg.fonttype": "none"}):
        # Matplotlib's own font has no Chinese letters and need not have any.
        warnings.filterwarnings("ignore", message="Glyph")
        figure.savefig(file, format="svg", bbox_inches="tight", metadata={"Date": None})
    _, tag, picture = file.getvalue().partition("<svg")  # after the XML prolog
    return tag + picture
