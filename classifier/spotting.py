"""Which words of a closed list stand in a text, and where: one pass over the text, however long the list is."""

from collections.abc import Iterable, Iterator

import ahocorasick


class Spotter:
    """A list of words to look for."""

    __slots__ = ("_automaton", "words")

    def __init__(self, words: Iterable[str]) -> None:
        self.words = frozenset(filter(None, words))
        self._automaton = ahocorasick.Automaton()
        for word in self.words:
            self._automaton.add_word(word, (word, len(word)))
        self._automaton.make_automaton()

    def spots(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Every word that stands in the text, with where it begins and ends; a word inside another is found too."""
        if not self.words:
            return
        for last, (word, length) in self._automaton.iter(text):
            yield word, last + 1 - length, last + 1

    def said(self, text: str) -> set[str]:
        """The words that stand in the text."""
        return {found[0] for _, found in self._automaton.iter(text)} if self.words else set()
