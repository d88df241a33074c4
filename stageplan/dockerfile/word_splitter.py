"""A line's words, collected piece by piece while its variables are replaced."""

import re

_SPACES = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_RUNS = re.compile(rf"[{_SPACES}]+|[^{_SPACES}]+")
_SPACE = re.compile(rf"[{_SPACES}]")
_HEREDOC_MARK = re.compile(r"<<[\t\r ]*|<")


class WordSplitter:
    """Collects words from pieces of text that may or may not be split."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self._word: list[str] = []

    def add(self, text: str) -> None:
        """Text whose white space separates words."""
        for run in _RUNS.findall(text):
            if _SPACE.match(run):
                self.end_word()
            else:
                self._word.append(run)

    def add_plain(self, text: str) -> None:
        """Text as it stands in the line, where `<<` takes the blanks behind it along."""
        position = 0
        for mark in _HEREDOC_MARK.finditer(text):
            self.add(text[position : mark.start()])
            self.add_whole(mark[0])
            position = mark.end()
        self.add(text[position:])

    def add_whole(self, text: str) -> None:
        """Text that belongs to one word."""
        if text:
            self._word.append(text)

    def end_word(self) -> None:
        """White space: what was collected is a word."""
        if self._word:
            self.words.append("".join(self._word))
            self._word.clear()

    def lose_word(self) -> None:
        """Forgets the word so far: the builder does, when it enters a `${name:-word}`."""
        self._word.clear()
