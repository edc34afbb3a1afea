"""The server's clock and the limit on requests."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


def moment_text(moment: datetime) -> str:
    """An aware instant as it is stored: UTC, always three decimals, so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


class Clock:
    """UTC, shifted by `offset` seconds; the stamps it gives never repeat and never go back."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._last = datetime.min.replace(tzinfo=UTC)

    @property
    def offset(self) -> float:
        return self._offset

    @offset.setter
    def offset(self, seconds: float) -> None:
        self._offset = seconds
        # A server whose clock was set back writes earlier stamps than before: that is the point.
        self._last = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._offset)

    def stamp(self) -> str:
        """The next audit date, one millisecond after the last one if the clock has not moved on."""
        now = self.now()
        now -= timedelta(microseconds=now.microsecond % 1000)
        self._last = now if now > self._last else self._last + timedelta(milliseconds=1)
        return moment_text(self._last)


# A client that keeps exactly to the limit arrives now and then a little early, by the network's jitter.
_JITTER = 0.1


class TokenBucket:
    """So many requests a second, the same number at once. The rate may change from one request to the next."""

    def __init__(self) -> None:
        self._rate: float | None = None
        self._tokens = 0.0
        self._at = 0.0

    def take(self, rate: float | None) -> bool:
        """True if one more request is allowed now under `rate`, None meaning no limit."""
        now = time.monotonic()
        if rate is not None:
            full = max(rate, 1.0)
            self._tokens = full if rate != self._rate else min(full, self._tokens + (now - self._at) * rate)
        self._rate, self._at = rate, now
        if rate is None:
            return True
        if self._tokens < 1.0 - _JITTER:
            return False
        self._tokens -= 1.0
        return True
