"""What is wrong with the text of an expression, and what went wrong with a value."""

from __future__ import annotations


class ExpressionError(ValueError):
    """A text that is no expression: where it stops making sense, and what was expected there."""

    def __init__(self, text: str, at: int, reason: str) -> None:
        self.text = text
        self.at = at
        """Characters before the place, so 0 is the first one."""
        self.reason = reason
        super().__init__(f"character {at + 1}: {reason}")

    def pointed(self, around: int = 30) -> str:
        """Two lines: the text near the place, and a caret under it."""
        start = max(0, self.at - around)
        shown = "".join(c if c.isprintable() else " " for c in self.text[start : self.at + around])
        return f"{shown}\n{' ' * (self.at - start)}^"


class ExpressionFailed(Exception):  # noqa: N818 - said of an object, not of the program
    """A value that a function cannot work on: function, argument, value and why. The object stays as it was."""

    def __init__(self, function: str, argument: str, value: object, reason: str) -> None:
        super().__init__(f"{function}, {argument}: {reason}")
        self.function = function
        self.argument = argument
        self.value = value
        self.reason = reason
