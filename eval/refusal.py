# pyright: basic
"""The decision to answer or refuse: fitted, cross-validated and measured."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import yaml
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from assistant.chat import Assistant
from assistant.question import read_question
from assistant.refusal import Signs, answerable, signs
from assistant.session import Session
from eval.cases import Case
from prompts import say

# Of ten questions on a policy line about nine can be answered; the threshold makes the
# most of right decisions at that share, whatever the mix of the cases.
ANSWERABLE = 0.9
FOLDS = 10
THRESHOLDS = tuple(round(0.05 * n, 2) for n in range(1, 20))


@dataclass(frozen=True, slots=True)
class Decision:
    """How well refusals agree with the gold."""

    cases: int
    precision: float  # of the refusals, the share that had to be
    recall: float  # of what had to be refused, the share that was
    answered: float  # of what had to be answered, the share that was


def signs_of(assistant: Assistant, case: Case) -> Signs:
    """The signs for the first turn of a case, as `ask` sees them."""
    question = case.turns[0].user
    ranking = assistant.search(question, case.as_of, 8)
    request = read_question(question, assistant.index.lexical)
    return signs(request.search, ranking, assistant.index.lexical)


def must_refuse(case: Case) -> bool:
    """Whether the gold admits nothing but a refusal."""
    return case.turns[0].expect.behaviour == ("refuse",)


def fit(assistant: Assistant, cases: Sequence[Case], path: Path) -> Decision:
    """Fit the weights, write them to `path`, return the cross-validated decision.

    Cases of a place without texts are left out: the place decides those.
    """
    cases = [c for c in cases if assistant.covers(c.turns[0].user)]
    found = [asdict(signs_of(assistant, c)) for c in cases]
    names = list(found[0])
    x = np.array([[row[n] for n in names] for row in found])
    y = np.array([not must_refuse(c) for c in cases])
    model = make_pipeline(
        StandardScaler(), LogisticRegression(C=1.0, class_weight="balanced")
    )
    by_class = cross_val_predict(model, x, y, cv=FOLDS, method="predict_proba")
    predicted = np.asarray(by_class)[:, 1]
    threshold = best_threshold(predicted, y)
    model.fit(x, y)
    scaler, logistic = model.steps[0][1], model.steps[1][1]
    weights = logistic.coef_[0] / scaler.scale_
    intercept = float(logistic.intercept_[0] - weights @ scaler.mean_)
    content = {
        "intercept": round(intercept, 4),
        "weights": {n: round(float(w), 4) for n, w in zip(names, weights, strict=True)},
        "threshold": round(threshold, 3),
    }
    head = say("messages.fitted") + "\n"
    path.write_text(head + yaml.safe_dump(content, sort_keys=False), "utf-8")
    return decision(predicted >= threshold, y)


def best_threshold(probability: np.ndarray, y: np.ndarray) -> float:
    """The threshold with the most right decisions at the share `ANSWERABLE`."""
    candidates = np.linspace(0.02, 0.98, 97)
    right = [
        ANSWERABLE * np.mean(probability[y] >= t)
        + (1 - ANSWERABLE) * np.mean(probability[~y] < t)
        for t in candidates
    ]
    best = candidates[np.isclose(right, max(right))]
    return float(best[len(best) // 2])


def sweep(assistant: Assistant, cases: Sequence[Case]) -> dict[float, Decision]:
    """The decision at each threshold, by the weights alone; {} where a side is missing.

    Cases of a place without texts and dialogues are left out.
    """
    asked = [
        c for c in cases if len(c.turns) == 1 and assistant.covers(c.turns[0].user)
    ]
    y = np.array([not must_refuse(c) for c in asked])
    if len(set(y.tolist())) < 2:
        return {}
    chances = np.array([answerable(signs_of(assistant, c)) for c in asked])
    return {t: decision(chances >= t, y) for t in THRESHOLDS}


def measure(assistant: Assistant, cases: Sequence[Case]) -> Decision:
    """The decision as `ask` makes it, by place and by the weights in force."""
    answers = (assistant.ask(c.turns[0].user, Session(), c.as_of) for c in cases)
    answered = np.array([answer.behaviour != "refuse" for answer in answers])
    return decision(answered, np.array([not must_refuse(c) for c in cases]))


def decision(answered: np.ndarray, answer: np.ndarray) -> Decision:
    """Precision and recall of refusals."""
    refused, refuse = ~answered, ~answer
    right = int(np.sum(refused & refuse))
    return Decision(
        cases=len(answer),
        precision=right / max(1, int(refused.sum())),
        recall=right / max(1, int(refuse.sum())),
        answered=float(np.mean(answered[answer])) if answer.any() else 1.0,
    )
