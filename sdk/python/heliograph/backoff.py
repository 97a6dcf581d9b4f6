"""How long to wait before the next attempt."""

from __future__ import annotations

import random
from collections.abc import Callable


class Backoff:
    """Delays in seconds that double their upper bound with every failure and are drawn at random below it."""

    def __init__(self, base: float, maximum: float, draw: Callable[[], float] = random.random) -> None:
        if not (base > 0 and maximum > 0):
            raise ValueError("intervals must be above 0")
        self._base = base
        self.maximum = maximum
        self._draw = draw
        self.attempt = 0
        """Failures since the last reset."""

    def next(self) -> float:
        """Counts a failure. Full jitter: many clients that lost the same server come back spread over the time."""
        self.attempt += 1
        return self._draw() * min(self.maximum, self._base * 2.0 ** min(self.attempt - 1, 40))

    def reset(self) -> None:
        self.attempt = 0


class RateLimit:
    """Lets a steady number of messages a second pass, and as many at once after a pause."""

    def __init__(self, per_second: float, now: float) -> None:
        self._per_second = per_second
        self._left = per_second
        self._at = now

    def wait(self, now: float) -> float:
        """Seconds until the next message may pass; 0: now."""
        self._refill(now)
        return 0.0 if self._left >= 1 else (1 - self._left) / self._per_second

    def take(self, now: float) -> None:
        """Counts a message that passes."""
        self._refill(now)
        self._left -= 1

    def _refill(self, now: float) -> None:
        self._left = min(self._per_second, self._left + max(0.0, now - self._at) * self._per_second)
        self._at = now
