"""Child processes that must be there: started again when they die, with patience; ended in order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from subprocess import TimeoutExpired
from typing import Protocol

LOOK_EVERY = 0.2
"""Seconds between two looks at the children."""

FIRST_WAIT, LONGEST_WAIT = 1.0, 120.0
"""Seconds between a child's death and the next attempt: twice as many each time."""

STEADY = 60.0
"""Seconds after which a child counts as well: its next death is met with little patience again."""

UNUSABLE = 78
"""Exit code of a child that would end so again (EX_CONFIG of sysexits.h): it is not started a second time."""

ENDS_WITHIN = 60.0
"""Seconds that a child has to finish its transactions once it is asked to end; then it is killed."""


class Child(Protocol):
    """A process, as `subprocess.Popen` has it."""

    @property
    def pid(self) -> int: ...
    def poll(self) -> int | None: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...
    def wait(self, timeout: float | None = None) -> int: ...


class Supervisor:
    """Keeps some children of one kind alive, in a thread of its own."""

    def __init__(self, start: Callable[[], Child], count: int, say: Callable[[str], object]) -> None:
        self._start, self._say = start, say
        self._ending = threading.Event()
        self._posts = [_Post() for _ in range(count)]
        self._thread = threading.Thread(target=self._watch, name="workers", daemon=True)

    def begin(self) -> None:
        """Start them."""
        self._thread.start()

    @property
    def pids(self) -> list[int]:
        """Who is alive now."""
        return [post.child.pid for post in self._posts if post.child is not None and post.child.poll() is None]

    def end(self) -> None:
        """Ask all of them to end at once, and wait until they have."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()
        alive = [post.child for post in self._posts if post.child is not None and post.child.poll() is None]
        for child in alive:
            child.terminate()
        until = time.monotonic() + ENDS_WITHIN
        for child in alive:
            with suppress(TimeoutExpired):
                child.wait(max(0.0, until - time.monotonic()))
            if child.poll() is None:
                self._say(f"Worker {child.pid} did not end within {ENDS_WITHIN:.0f} seconds and is killed.")
                child.kill()
                child.wait()

    def _watch(self) -> None:
        while not self._ending.is_set():
            for post in self._posts:
                self._look(post, time.monotonic())
            self._ending.wait(LOOK_EVERY)

    def _look(self, post: _Post, now: float) -> None:
        if post.child is not None:
            code = post.child.poll()
            if code is None:
                return
            if code == UNUSABLE:
                self._say(f"Worker {post.child.pid} cannot use this state, and says why; no other one is started.")
                post.child, post.again_at = None, float("inf")
                return
            if now - post.began > STEADY:
                post.wait = FIRST_WAIT
            wait = post.put_off()
            post.again_at = now + wait
            self._say(f"Worker {post.child.pid} {_ended(code)}; another one starts in {wait:.0f} s.")
            post.child = None
        if now < post.again_at:
            return
        post.began = now
        try:
            post.child = self._start()
        except OSError as error:  # no memory, no process numbers: as if it had died at once
            post.again_at = now + post.put_off()
            self._say(f"A worker could not be started: {error.strerror}.")


class _Post:
    """A child's place."""

    def __init__(self) -> None:
        self.child: Child | None = None
        self.wait = FIRST_WAIT
        self.began = 0.0
        self.again_at = 0.0

    def put_off(self) -> float:
        """Seconds to wait this time."""
        now, self.wait = self.wait, min(self.wait * 2, LONGEST_WAIT)
        return now


def _ended(code: int) -> str:
    return f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
