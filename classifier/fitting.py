"""Learning a linear model: kernel ridge regression on word, character and title blocks, with exact left-out scores.

With more columns than a text has words, one factorisation serves all columns, and what the model would have said
of each text without having seen it (needed for honest probabilities) costs one inverse instead of five trainings.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.linalg
import scipy.sparse
from threadpoolctl import threadpool_limits

from classifier import features, linear, vocabulary
from classifier.features import Grams
from classifier.linear import Linear, Reals

SHARES = (0.325, 0.325, 0.35)
"""Part of words, characters and title in the likeness of two texts; found on the public task (see README)."""
RIDGE = 0.10
ALIKE = 0.55
"""Two texts at least this much alike tell the same story: neither may vouch for the other in left-out scores."""
LARGEST = 48_000_000
"""Bytes of weights kept; sequences that matter least are dropped beyond it."""
THREADS = 2
"""Fixed, because the order of additions, and with it the last bit, depends on the number of threads."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model and, for every training text, its scores by a model that had not seen it or its near duplicates."""

    model: Linear
    left_out: Reals


@dataclass(frozen=True, slots=True)
class _Counted:
    """Training texts as a matrix: known sequences by block, and which text has which."""

    keys: features.Hashes
    blocks: npt.NDArray[np.uint8]
    matrix: scipy.sparse.csr_matrix
    frequency: npt.NDArray[np.int64]


def _count(documents: Sequence[Grams], at_least: int) -> _Counted:
    distinct = [np.unique(one.hashes, return_index=True) for one in documents]
    hashes = np.concatenate([keys for keys, _ in distinct]) if distinct else np.zeros(0, np.uint64)
    blocks = np.concatenate([one.blocks[places] for one, (_, places) in zip(documents, distinct, strict=True)])
    row = np.repeat(np.arange(len(documents)), [len(keys) for keys, _ in distinct])
    keys, first, column, frequency = np.unique(hashes, return_index=True, return_inverse=True, return_counts=True)
    block = blocks[first]
    often = np.flatnonzero(frequency >= at_least)
    often = often[np.lexsort((keys[often], block[often]))]
    _, placed = vocabulary.build(keys[often])
    often = often[placed]
    new = np.full(len(keys), -1, np.int64)
    new[often] = np.arange(len(often))
    column = new[column]
    kept = column >= 0
    ones = np.ones(int(kept.sum()), np.float32)
    matrix = scipy.sparse.csr_matrix((ones, (row[kept], column[kept])), shape=(len(documents), len(often)))
    return _Counted(keys[often], block[often], matrix, frequency[often])


def _weighted(counted: _Counted, rarity: linear.Small, shares: Sequence[float]) -> scipy.sparse.csr_matrix:
    """Each row with every block brought to its share of length one, as Linear.values does for one text."""
    matrix = counted.matrix @ scipy.sparse.diags(rarity)
    squares = matrix.multiply(matrix)
    parts = []
    for block, share in enumerate(shares):
        mine = (counted.blocks == block).astype(np.float32)
        lengths = np.sqrt(np.asarray(squares @ mine).ravel())
        factors = np.where(lengths > 0, np.sqrt(share) / np.maximum(lengths, 1e-12), 0).astype(np.float32)
        parts.append(scipy.sparse.diags(factors) @ matrix @ scipy.sparse.diags(mine))
    return scipy.sparse.csr_matrix(sum(parts[1:], parts[0]))


def _groups(likeness: npt.NDArray[np.float32]) -> npt.NDArray[np.int32]:
    size = np.sqrt(np.maximum(np.diagonal(likeness), 1e-9))
    close = scipy.sparse.csr_matrix(likeness > ALIKE * size[:, None] * size[None, :])
    return scipy.sparse.csgraph.connected_components(close, directed=False)[1]


def _left_out(targets: Reals, dual: Reals, inverse: Reals, groups: npt.NDArray[np.int32]) -> Reals:
    """Scores of each text (with its near duplicates) by the model trained without them, in closed form."""
    result: Reals = targets - dual / np.diagonal(inverse)[:, None]
    for group in np.flatnonzero(np.bincount(groups) > 1):
        members = np.flatnonzero(groups == group)
        within = inverse[np.ix_(members, members)]
        result[members] = targets[members] - np.linalg.solve(within, dual[members])
    return result


def fit(
    documents: Sequence[Grams], targets: Reals, *, shares: Sequence[float] = SHARES, ridge: float = RIDGE,
    at_least: int = 2,
) -> Fitted:
    """Learns one column of `targets` (texts × columns, 1 where it holds, 0 where not) each; deterministic."""
    with threadpool_limits(THREADS):
        counted = _count(documents, at_least)
        rarity = (np.log((1 + len(documents)) / (1 + counted.frequency)) + 1).astype(np.float32)
        matrix = _weighted(counted, rarity, shares)
        bias = targets.mean(axis=0)
        centred = targets - bias
        likeness = (matrix @ matrix.T).toarray()
        groups = _groups(likeness)
        system = likeness.astype(np.float64)
        system[np.diag_indices_from(system)] += ridge
        factor = scipy.linalg.cholesky(system, lower=True, overwrite_a=True, check_finite=False)
        dual = scipy.linalg.cho_solve((factor, True), centred, check_finite=False)
        inverse, _ = scipy.linalg.lapack.dpotri(factor, lower=1, overwrite_c=1)
        inverse = np.tril(inverse) + np.tril(inverse, -1).T
        left_out = _left_out(centred, dual, inverse, groups) + bias
        weights = np.asarray(matrix.T @ dual.astype(np.float32))
    return Fitted(_compact(counted, rarity, weights, shares, bias), left_out)


def _compact(
    counted: _Counted, rarity: linear.Small, dense: npt.NDArray[np.float32], shares: Sequence[float], bias: Reals
) -> Linear:
    """The model without the sequences that matter least, when all of them would not fit into LARGEST bytes."""
    room = LARGEST // (dense.shape[1] + 16)
    kept = np.arange(len(dense))
    if len(kept) > room:
        matter = np.round(np.linalg.norm(dense, axis=1) * rarity * np.sqrt(counted.frequency), 7)
        kept = np.sort(np.lexsort((kept, -matter))[:room])
    weights, scales = linear.quantised(dense[kept])
    known, _ = vocabulary.build(counted.keys[kept])
    starts = np.searchsorted(counted.blocks[kept], np.arange(features.BLOCKS + 1)).astype(np.int64)
    return Linear(known, starts, rarity[kept], weights, scales, np.sqrt(np.array(shares, np.float32)), np.round(bias, 9))
