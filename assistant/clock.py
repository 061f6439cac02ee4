"""How long each step of an answer takes."""

import time
from collections import defaultdict
from dataclasses import dataclass, field


@dataclass(slots=True)
class Clock:
    """Started when made; each lap adds the time since the one before to its step."""

    started: float = field(default_factory=time.perf_counter)
    last: float = 0.0
    steps: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def lap(self, step: str) -> None:
        """Add the milliseconds since the last lap to a step."""
        now = time.perf_counter()
        self.steps[step] += (now - (self.last or self.started)) * 1000
        self.last = now

    def timings(self, last_step: str) -> dict[str, float]:
        """Milliseconds of each step, the rest being `last_step`'s, and of all."""
        self.lap(last_step)
        rounded = {step: round(spent, 2) for step, spent in self.steps.items()}
        return rounded | {"total": round((self.last - self.started) * 1000, 2)}
