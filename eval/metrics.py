"""Retrieval metrics over gold groups: AND of groups, OR inside a group."""

from collections.abc import Sequence

Groups = Sequence[Sequence[str]]


def first_rank(ranked: Sequence[str], groups: Groups) -> int | None:
    """The rank, from 1, of the first clause of any group; None if there is none."""
    wanted = {clause for group in groups for clause in group}
    ranks = (rank for rank, clause in enumerate(ranked, 1) if clause in wanted)
    return next(ranks, None)


def hit_at_1(ranked: Sequence[str], groups: Groups) -> float:
    """1 if the first clause is a gold clause."""
    return float(first_rank(ranked, groups) == 1)


def reciprocal_rank(ranked: Sequence[str], groups: Groups) -> float:
    """1 / rank of the first gold clause, 0 if none is ranked."""
    rank = first_rank(ranked, groups)
    return 1 / rank if rank else 0.0


def recall_at_k(ranked: Sequence[str], groups: Groups, k: int) -> float:
    """The share of gold groups with a clause among the first k."""
    top = set(ranked[:k])
    return sum(bool(top & set(group)) for group in groups) / len(groups)
