"""The state of a training on disk: it goes on after a kill as if there had been none."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from synth_assets.corpus.files import Files

STATE = "state.pt"


@dataclass
class Progress:
    """How far a training is. `scores` are (step, mean loss since the last, chrF) of every
    evaluation, and `losses` the sum since; the order of the data and the rate are functions of
    `step`."""

    step: int = 0
    tokens: int = 0
    losses: float = 0.0
    finished: bool = False
    scores: list[tuple[int, float, float]] = field(default_factory=list)

    @property
    def best(self) -> int:
        """The step with the highest chrF, of equals the first."""
        return max(self.scores, key=lambda one: (one[2], -one[0]))[0]

    def stale(self, patience: int) -> bool:
        """Whether so many evaluations brought nothing better."""
        steps = [step for step, _, _ in self.scores]
        return bool(steps) and len(steps) - 1 - steps.index(self.best) >= patience

    def kept(self, average: int) -> list[int]:
        """Steps whose weights are kept: the last ones, and the best."""
        steps = [step for step, _, _ in self.scores]
        return sorted({*steps[-average:], self.best}) if steps else []


class Checkpoints:
    """Files of one training in a folder of its own. Weights come first and the state last, so that
    a state always finds the weights that it names."""

    def __init__(self, folder: Path) -> None:
        self._files = Files(folder)

    def load(self, model: Any, optimizer: Any) -> Progress:
        """Bring both to the last state; a new Progress where there is none."""
        if not self._files.exists(STATE):
            return Progress()
        state = self._read(STATE)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        return Progress(**state["progress"])

    def save(self, model: Any, optimizer: Any, progress: Progress, average: int) -> None:
        """All that the next step needs, and the weights of an evaluation that was just done."""
        if progress.scores and progress.scores[-1][0] == progress.step:
            self._write(_weights(progress.step), model.state_dict())
        state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
        self._write(STATE, state | {"progress": asdict(progress)})
        kept = {_weights(step) for step in progress.kept(average)}
        for name in self._files.list("", ".weights.pt"):
            if name.removeprefix("/") not in kept:
                self._files.remove(name.removeprefix("/"))

    def weights(self, step: int) -> dict[str, Any]:
        return self._read(_weights(step))

    def mean(self, steps: list[int]) -> dict[str, Any]:
        """The mean of several weights."""
        total = self.weights(steps[0])
        for step in steps[1:]:
            for name, value in self.weights(step).items():
                if value.is_floating_point():
                    total[name] += value
        return {
            name: value / len(steps) if value.is_floating_point() else value
            for name, value in total.items()
        }

    def _write(self, name: str, value: object) -> None:
        import torch

        with self._files.staging(name) as staged:
            torch.save(value, staged)
            self._files.publish(staged, name)

    def _read(self, name: str) -> dict[str, Any]:
        import torch

        found: dict[str, Any] = torch.load(
            self._files.path(name), map_location="cpu", weights_only=True
        )
        return found


def _weights(step: int) -> str:
    return f"{step}.weights.pt"
