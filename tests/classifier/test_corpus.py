"""The written corpus as data: columns, codes, numbers, no near duplicates, marked personal data."""

from collections import Counter, defaultdict

from classifier import corpus, tables
from tests.classifier.conftest import DATA

LETTERS = corpus.read(DATA / "corpus")
CITY = tables.read(DATA)


def test_every_row_is_complete_and_its_codes_are_known() -> None:
    assert len({letter.id for letter in LETTERS}) == len(LETTERS)
    for letter in LETTERS:
        assert letter.category in CITY.categories, letter.id
        assert letter.kind in corpus.KINDS, letter.id
        assert not letter.district or letter.district in CITY.districts, letter.id
        assert not letter.second or letter.second in CITY.categories, letter.id
        assert 4 <= len(letter.body) <= 900, letter.id


def test_at_least_forty_letters_for_each_category() -> None:
    numbers = Counter(letter.category for letter in LETTERS if not letter.boundary)
    assert not {code: numbers[code] for code in CITY.categories if numbers[code] < 40}


def test_every_category_has_letters_in_everyday_words_and_long_ones() -> None:
    plain = Counter(letter.category for letter in LETTERS if letter.file in {"everyday", "plain"})
    board = Counter(letter.category for letter in LETTERS if letter.file == "board")
    assert not {code: plain[code] for code in CITY.categories if plain[code] < 18}
    assert not {code: board[code] for code in CITY.categories if board[code] < (4 if code == "V09" else 9)}


def test_praise_stands_under_its_category() -> None:
    assert {letter.category for letter in LETTERS if letter.kind == "praise" and not letter.boundary} == {"V07"}


def test_kinds_urgency_and_accusations_are_balanced() -> None:
    kinds = Counter(letter.kind for letter in LETTERS)
    assert min(kinds[kind] for kind in corpus.KINDS) > 250
    assert kinds["complaint"] < len(LETTERS) / 2
    urgent = [letter for letter in LETTERS if letter.urgent]
    assert len(urgent) > 300
    assert len({letter.category for letter in urgent}) > 40
    # Beside every danger stand letters that only speak of it.
    assert sum(not letter.urgent for letter in LETTERS if letter.file == "alarm") > 60
    assert sum(letter.category == "V02" for letter in LETTERS) > 150


def test_marked_personal_data_stands_in_the_text() -> None:
    for letter in LETTERS:
        for _, value in letter.personal_data:
            assert value in f"{letter.title}\n{letter.body}", letter.id


def _shingles(letter: corpus.Letter) -> set[str]:
    plain = "".join(char for char in letter.title + letter.body if char.isalnum())
    return {plain[place : place + 4] for place in range(max(1, len(plain) - 3))}


def test_no_two_letters_are_nearly_the_same() -> None:
    seen: dict[str, list[int]] = defaultdict(list)
    rows = [_shingles(letter) for letter in LETTERS]
    close = []
    for place, row in enumerate(rows):
        shared = Counter(other for shingle in row for other in seen[shingle])
        close += [
            (LETTERS[place].id, LETTERS[other].id)
            for other, number in shared.items() if number > 0.6 * max(12, min(len(row), len(rows[other])))
        ]
        for shingle in row:
            seen[shingle].append(place)
    assert not close


def test_the_words_of_categories_name_known_categories() -> None:
    assert {row["category"] for row in tables.rows(DATA / "terms.csv")} == set(CITY.categories)


def test_every_hard_case_has_letters_for_each_of_its_sides() -> None:
    sides = Counter((letter.boundary, letter.side) for letter in LETTERS if letter.boundary)
    assert {case for case, _ in sides} == {f"B{number:02d}" for number in range(1, 51)}
    assert all(sum(1 for case, _ in sides if case == one) >= 2 for one, _ in sides)
    assert min(sides.values()) >= 15, sides.most_common()[-5:]
    for letter in LETTERS:
        assert bool(letter.boundary) == bool(letter.lead), letter.id
        assert letter.lead in {"", "DIST", *CITY.bureaus}, letter.id
        assert letter.lead not in CITY.districts, letter.id


def test_the_lexicon_is_wide_and_no_word_stands_twice_in_a_category() -> None:
    for row in tables.rows(DATA / "terms.csv"):
        words = [word for column in ("strong", "terms", "fragments") for word in row[column].split(";")]
        assert 60 <= len(words) == len(set(words)), row["category"]
