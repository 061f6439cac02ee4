"""Whether the texts hold an answer: a decision from several signs, measured in eval."""

import math
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from assistant.question import Request, patterns
from index.declined import Declined, DeclinedType
from index.lexical import LexicalIndex, terms
from index.ranking import Ranking
from index.units import QUESTION
from index.yaml_files import load_yaml

MODEL = Path(__file__).with_name("refusal.yaml")
# A short turn digresses when no clause answers it and a declined topic is so much
# nearer than any known question: see docs/experiments.md.
HOPELESS, CLEARLY_NEARER, FAR_NEARER = 0.05, 0.0095, 0.02
NAMED, NAMED_NEARER, NAMED_WORDS = 0.03, 0.016, -0.1
# Where the words of the best clause clearly lead, meaning may differ by so much.
LEADING_WORDS, LED_NEARER = 0.08, 0.025
FAR = 0.04  # from here on, not even a question that only names a benefit is answered
SURELY_NEARER = -0.015  # a known question is so much nearer than any declined one
UNLIKELY, KNOWN = 0.2, 0.945  # a declined question almost word for word


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for and against the best clause as an answer."""

    question: float  # cosine of the nearest known way to ask for a clause
    declined: float  # cosine of the nearest question that is to be declined
    covered: float  # share of the question's rare word pairs found in the best clauses
    margin: float  # by how much the best clause leads the fifth
    words: float  # BM25 lead of the best clause over the declined topics, by rarity


class DecisionModel(BaseModel):
    """Weights of a logistic decision, fitted by `python -m eval fit`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    intercept: float
    weights: dict[str, float]
    threshold: float  # refuse below this probability of an answer


def signs(question: str, ranking: Ranking, lexical: LexicalIndex) -> Signs:
    """The signs for one question; all 0 where nothing was found."""
    hits = ranking.hits
    if not hits:
        return Signs(0, ranking.declined.cosine, 0, 0, 0)
    total = sum(lexical.rarity(t) for t in set(terms(question))) or 1.0
    return Signs(
        question=max(h.parts.get(QUESTION, 0.0) for h in hits),
        declined=ranking.declined.cosine,
        covered=_covered(question, [h.clause.text for h in hits[:2]], lexical),
        margin=hits[0].score - hits[min(4, len(hits) - 1)].score,
        words=ranking.lexical_lead / total,
    )


def answerable(found: Signs) -> float:
    """The probability, 0 to 1, that the texts answer the question."""
    model = decision_model()
    sign_values = asdict(found)
    logit = model.intercept + sum(model.weights[n] * v for n, v in sign_values.items())
    return 1 / (1 + math.exp(-logit))


def admissible(found: Signs) -> bool:
    """Whether a benefit that is called by name may be answered: no topic that is
    declined is clearly nearer, by meaning or by words."""
    nearer = found.declined - found.question
    words = found.words >= NAMED_WORDS or nearer <= SURELY_NEARER
    most = LED_NEARER if found.words >= LEADING_WORDS else NAMED_NEARER
    return answerable(found) >= NAMED and nearer <= most and words


def far_from(found: Signs) -> bool:
    """Whether a declined question is so near that naming a benefit is not enough."""
    return found.declined - found.question > FAR


def names_another(found: Signs, declined: Declined) -> bool:
    """Whether what a turn names is no benefit held here but one that is declined:
    高企认定奖励多少, amid a talk about 专精特新."""
    nearer = found.declined - found.question
    known = declined.cosine >= KNOWN and declined.type != "authority"
    return known and nearer >= FAR_NEARER and answerable(found) < HOPELESS


def declined_type(declined: Declined) -> DeclinedType:
    """Why a question is declined; nobody is accused unless it is nearly sure.

    A request to forge is known by its words too; see declining.unsafe.
    """
    accuses = declined.type == "illegal" and declined.cosine < KNOWN
    return "silent" if accuses else declined.type


def digresses(found: Signs, declined: Declined, request: Request) -> bool:
    """Whether a short turn leaves the conversation: 今天天气怎么样, 茅台多少钱."""
    ways = patterns()
    generic = not ways["generic"].sub("", request.text)
    if generic or request.facts or ways["of_answer"].search(request.text):
        return False
    chance, nearer = answerable(found), found.declined - found.question
    known = found.declined >= KNOWN and nearer >= CLEARLY_NEARER / 2
    if chance < UNLIKELY and known and declined.type != "authority":
        return True
    if chance >= HOPELESS:
        return False
    if ways["again"].search(request.text):  # 那…呢, 刚才 point back
        return nearer >= FAR_NEARER and declined.type not in ("silent", "authority")
    return nearer >= (0 if declined.type == "outside" else CLEARLY_NEARER)


@cache
def decision_model() -> DecisionModel:
    """The fitted weights of refusal.yaml."""
    return DecisionModel.model_validate(load_yaml(MODEL))


def _covered(question: str, texts: list[str], lexical: LexicalIndex) -> float:
    """The share of the question's word pairs, by rarity, that the texts contain."""
    pairs = {t for t in terms(question) if len(t) > 1}
    if not pairs:
        return 0.0
    known = {t for text in texts for t in terms(text)}
    total = sum(lexical.rarity(p) for p in pairs)
    return sum(lexical.rarity(p) for p in pairs & known) / total
