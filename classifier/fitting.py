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
ASKED = 8_000
"""Texts whose left-out scores are worked out at most: they cost as much as the training itself, and so many tell enough."""
LARGEST = 48_000_000
"""Bytes of weights kept; sequences that matter least are dropped beyond it."""
TOPICS = 0.25
"""Share of the lexicon in how alike two texts are; between 0.1 and 1 nothing changes by more than half a percent."""
DOUBT = 8
"""Words of one topic that a sequence must have seen before it speaks for it with half its voice."""
BLOCK = 1000
"""Rows multiplied at once."""
COMMON = 45
"""A column is common when more than one row of so many has it."""
SEED = 20261129
THREADS = 2
"""Fixed, because the order of additions, and with it the last bit, depends on the number of threads."""


Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model, and scores of the texts that were asked (by number) by a model that saw neither them nor their near duplicates."""

    model: Linear
    asked: Numbers
    left_out: Reals


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words that speak for topics, and how much (words × topics): knowledge brought to the letters, not learned from them."""

    words: Sequence[Grams]
    owners: Reals


NO_WORDS = Lexicon((), np.zeros((0, 1)))


def _space(documents: Sequence[Grams], words: Sequence[Grams], at_least: int) -> tuple[Space, npt.NDArray[np.int64]]:
    """Sequences of at least so many texts and words together, rarity by the texts alone; and how many had each."""
    rows = [np.unique(one.hashes) for one in (*documents, *words)]
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


def _products(matrix: scipy.sparse.csr_matrix) -> Small:
    """Products of all rows with each other, lower half only: nobody asks for the other, and as one sparse product it would take gigabytes.

    The thousand columns that most rows share make nineteen of twenty of the multiplications: dense, they take a tenth of the time."""
    size = matrix.shape[0]
    common = np.bincount(matrix.indices, minlength=matrix.shape[1]) * COMMON > size
    dense = matrix[:, common].toarray()
    result: Small = (dense @ dense.T).T
    rare = matrix[:, ~common].tocsr()
    for first in range(0, size, BLOCK):
        result[first:, first : first + BLOCK] += (rare[first:] @ rare[first : first + BLOCK].T).toarray()
    return result


def _groups(likeness: Small) -> npt.NDArray[np.int32]:
    """The number of each text's group of near duplicates, from the lower half of their products."""
    size = np.sqrt(np.maximum(np.diagonal(likeness), 1e-9))
    rows, columns = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for first in range(0, len(size), BLOCK):
        part = likeness[first:, first : first + BLOCK].T
        column, row = np.nonzero(part > ALIKE * size[first : first + BLOCK, None] * size[None, first:])
        rows.append(row + first)
        columns.append(column + first)
    row, column = np.concatenate(rows), np.concatenate(columns)
    close = scipy.sparse.coo_matrix((np.ones(len(row), np.bool_), (row, column)), shape=likeness.shape).tocsr()
    groups: npt.NDArray[np.int32] = scipy.sparse.csgraph.connected_components(close, directed=False)[1]
    return groups


def _topics(space: Space, lexicon: Lexicon, matrix: scipy.sparse.csr_matrix) -> tuple[scipy.sparse.csr_matrix, Small, Small]:
    """What each sequence says of each topic by the lexicon alone, what the average text says, and what each says beyond it (all scaled).

    A sequence that stands in words of one topic only says all of it, one that stands in words of many says little of each.
    """
    presence = _matrix(space, lexicon.words)
    presence.data[:] = 1
    counts = (presence.T @ scipy.sparse.csr_matrix(lexicon.owners)).tocsr()
    said = scipy.sparse.diags(1 / (np.asarray(counts.sum(axis=1)).ravel() + DOUBT)) @ counts
    spoken = (matrix @ said).toarray()
    usual = spoken.mean(axis=0)
    spoken -= usual
    scale = np.sqrt(TOPICS) / max(float(np.sqrt((spoken**2).sum(axis=1).mean())), 1e-9)
    return (said * scale).astype(np.float32), (usual * scale).astype(np.float32), (spoken * scale).astype(np.float32)


def _halves(factor: Small, first: int) -> Small:
    """Lower half of the corner from `first` on of a matrix's inverse, from its Cholesky factor: that corner needs no other.

    Products of its columns are the entries of the inverse, of which only a few are asked for.
    """
    half: Small = scipy.linalg.lapack.strtri(np.asfortranarray(factor[first:, first:]), lower=1, overwrite_c=1)[0]
    return half


def _drawn(size: int, most: int) -> Numbers:
    """The texts in an order in which the last `most` are drawn by lot; all as they are when they are no more."""
    return np.arange(size) if size <= most else np.random.default_rng(SEED).permutation(size)


def _vouched(groups: npt.NDArray[np.int32], first: int) -> npt.NDArray[np.bool_]:
    """Which of the texts from `first` on have a near duplicate before it: what is said without them is not known."""
    return np.isin(groups[first:], groups[:first])


def _left_out(targets: Reals, dual: Reals, half: Small, groups: npt.NDArray[np.int32]) -> Reals:
    """Scores of each of the last texts (with its near duplicates among them) by the model trained without them, in closed form."""
    result: Reals = targets - dual / np.einsum("ij,ij->j", half, half)[:, None].astype(np.float64)
    for group in np.flatnonzero(np.bincount(groups) > 1):
        members = np.flatnonzero(groups == group)
        columns = half[:, members]
        within = (columns.T @ columns).astype(np.float64)
        result[members] = targets[members] - np.linalg.solve(within, dual[members])
    return result


def fit(
    documents: Sequence[Grams], targets: Reals, *, lexicon: Lexicon = NO_WORDS, spared: int = 0, ridge: float = RIDGE,
    at_least: int = 2, weights: Reals | None = None, asked: int = ASKED,
) -> Fitted:
    """Learns every column of `targets` (texts × columns: 1 where it holds, 0 where not); deterministic.

    Of the first `spared` texts nobody asks what would be said without them; of the others at most `asked` are, drawn by lot.
    `weights` say how much each text counts beside an ordinary one (2: as if it had been written twice, 0.5: half believed).
    With a `lexicon`, texts are alike also when their words speak for the same topics; the model stays linear in the sequences.
    """
    order = np.concatenate((np.arange(spared), spared + _drawn(len(documents) - spared, asked)))
    documents, targets = [documents[one] for one in order], targets[order]
    weighed = np.ones(len(documents)) if weights is None else weights[order]
    with threadpool_limits(THREADS):
        space, frequency = _space(documents, lexicon.words, at_least)
        matrix = _matrix(space, documents)
        bias = np.round(targets.mean(axis=0), 9)
        system = _products(matrix)
        groups = np.concatenate((np.full(spared, -1, np.int32), _groups(system[spared:, spared:])))
        said, usual, spoken = _topics(space, lexicon, matrix)
        system += (spoken @ spoken.T).T
        system[np.diag_indices_from(system)] += (ridge / weighed).astype(np.float32)
        factor = scipy.linalg.cholesky(system, lower=True, overwrite_a=True, check_finite=False)
        wanted = (targets - bias).astype(np.float32)
        dual = scipy.linalg.cho_solve((factor, True), wanted, check_finite=False)
        first = max(spared, len(documents) - asked)
        left_out = _left_out((targets - bias)[first:], dual[first:].astype(np.float64), _halves(factor, first), groups[first:]) + bias
        by_topic = spoken.T @ dual
        learned = np.asarray(matrix.T @ dual) + said @ by_topic
    known = np.flatnonzero(~_vouched(groups, first))
    numbers = order[first:][known] - spared
    ascending = np.argsort(numbers)
    return Fitted(
        _compact(space, frequency, learned, np.round(bias - usual @ by_topic, 6)), numbers[ascending], left_out[known[ascending]],
    )


def _compact(space: Space, frequency: npt.NDArray[np.int64], dense: Small, bias: Reals) -> Linear:
    """The model without the sequences that matter least, when all of them would not fit into LARGEST bytes."""
    room = LARGEST // (dense.shape[1] + 16)
    kept = np.arange(len(dense))
    if len(kept) > room:
        matter = np.round(np.linalg.norm(dense, axis=1) * space.rarity * np.sqrt(frequency), 6)
        kept = np.sort(np.lexsort((kept, -matter))[:room])
    # In the smaller table two sequences may want the same two slots that had room in the larger one.
    known, placed = vocabulary.build(space.vocabulary.keys[kept])
    kept = kept[placed]
    weights, scales = linear.quantised(dense[kept])
    return Linear(Space(known, space.rarity[kept]), weights, scales, bias)
