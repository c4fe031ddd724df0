"""Learning a linear model: kernel ridge regression, with exact scores for every text left out.

With more columns than a text has words, one factorisation serves all columns; and what the model would have said
of each text without having seen it (needed for honest probabilities) costs one inverse instead of five trainings.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.linalg
import scipy.sparse
from threadpoolctl import threadpool_limits

from classifier import linear, vocabulary
from classifier.features import Grams
from classifier.linear import Linear, Reals
from classifier.space import Small, Space

RIDGE = 0.2
ALIKE = 0.55
"""Two texts at least this much alike tell the same story: neither may vouch for the other in left-out scores."""
LARGEST = 48_000_000
"""Bytes of weights kept; sequences that matter least are dropped beyond it."""
THREADS = 2
"""Fixed, because the order of additions, and with it the last bit, depends on the number of threads."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model and, for every text (hints aside), its scores by a model that saw neither it nor its near duplicates."""

    model: Linear
    left_out: Reals


def _space(documents: Sequence[Grams], hints: Sequence[Grams], at_least: int) -> tuple[Space, npt.NDArray[np.int64]]:
    """Sequences of at least so many texts and hints together, rarity by the texts alone; and how many had each."""
    rows = [np.unique(one.hashes) for one in (*documents, *hints)]
    of_texts = sum(len(row) for row in rows[: len(documents)])
    hashes = np.concatenate(rows) if rows else np.zeros(0, np.uint64)
    keys, inverse, frequency = np.unique(hashes, return_inverse=True, return_counts=True)
    in_texts = np.bincount(inverse[:of_texts], minlength=len(keys))
    known = frequency >= at_least
    found, placed = vocabulary.build(keys[known])
    often = in_texts[known][placed]
    rarity = (np.log((1 + len(documents)) / (1 + np.maximum(often, 1))) + 1).astype(np.float32)
    return Space(found, rarity), frequency[known][placed]


def _matrix(space: Space, documents: Sequence[Grams]) -> scipy.sparse.csr_matrix:
    vectors = [space.vector(one) for one in documents]
    ends = np.cumsum([0, *(len(one.ids) for one in vectors)])
    ids = np.concatenate([one.ids for one in vectors]) if vectors else np.zeros(0, np.int64)
    values = np.concatenate([one.values for one in vectors]) if vectors else np.zeros(0, np.float32)
    matrix = scipy.sparse.csr_matrix((values, ids, ends), shape=(len(documents), len(space.rarity)))
    matrix.sum_duplicates()
    return matrix


def _groups(likeness: npt.NDArray[np.float32]) -> npt.NDArray[np.int32]:
    size = np.sqrt(np.maximum(np.diagonal(likeness), 1e-9))
    close = scipy.sparse.csr_matrix(likeness > ALIKE * size[:, None] * size[None, :])
    groups: npt.NDArray[np.int32] = scipy.sparse.csgraph.connected_components(close, directed=False)[1]
    return groups


def _inverse(factor: npt.NDArray[np.float32], first: int) -> npt.NDArray[np.float32]:
    """The corner from `first` on of the inverse of a matrix, from its Cholesky factor: that corner needs no other."""
    corner, _ = scipy.linalg.lapack.spotri(np.asfortranarray(factor[first:, first:]), lower=1, overwrite_c=1)
    lower = np.tril(corner)
    full: npt.NDArray[np.float32] = lower + np.tril(corner, -1).T
    return full


def _left_out(targets: Reals, dual: Reals, inverse: npt.NDArray[np.float32], groups: npt.NDArray[np.int32]) -> Reals:
    """Scores of each text (with its near duplicates) by the model trained without them, in closed form."""
    result: Reals = targets - dual / np.diagonal(inverse)[:, None].astype(np.float64)
    for group in np.flatnonzero(np.bincount(groups) > 1):
        members = np.flatnonzero(groups == group)
        within = inverse[np.ix_(members, members)].astype(np.float64)
        result[members] = targets[members] - np.linalg.solve(within, dual[members])
    return result


def fit(
    documents: Sequence[Grams], targets: Reals, *, hints: Sequence[Grams] = (), hinted: Reals | None = None,
    ridge: float = RIDGE, at_least: int = 2,
) -> Fitted:
    """Learns every column of `targets` (texts × columns: 1 where it holds, 0 where not); deterministic.

    `hints` are not letters but words that speak for a column (`hinted`, hints × columns, above or below the mean).
    """
    with threadpool_limits(THREADS):
        space, frequency = _space(documents, hints, at_least)
        matrix = _matrix(space, [*hints, *documents])
        bias = np.round(targets.mean(axis=0), 9)
        wanted = np.vstack((hinted, targets - bias)) if hinted is not None else targets - bias
        system = (matrix @ matrix.T).toarray()
        groups = _groups(system[len(hints) :, len(hints) :])
        system[np.diag_indices_from(system)] += np.float32(ridge)
        factor = scipy.linalg.cholesky(system, lower=True, overwrite_a=True, check_finite=False)
        dual = scipy.linalg.cho_solve((factor, True), wanted.astype(np.float32), check_finite=False).astype(np.float64)
        inverse = _inverse(factor, len(hints))
        left_out = _left_out(wanted[len(hints) :], dual[len(hints) :], inverse, groups) + bias
        weights = np.asarray(matrix.T @ dual.astype(np.float32))
    return Fitted(_compact(space, frequency, weights, bias), left_out)


def _compact(space: Space, frequency: npt.NDArray[np.int64], dense: Small, bias: Reals) -> Linear:
    """The model without the sequences that matter least, when all of them would not fit into LARGEST bytes."""
    room = LARGEST // (dense.shape[1] + 16)
    kept = np.arange(len(dense))
    if len(kept) > room:
        matter = np.round(np.linalg.norm(dense, axis=1) * space.rarity * np.sqrt(frequency), 6)
        kept = np.sort(np.lexsort((kept, -matter))[:room])
    weights, scales = linear.quantised(dense[kept])
    known, _ = vocabulary.build(space.vocabulary.keys[kept])
    return Linear(Space(known, space.rarity[kept]), weights, scales, bias)


