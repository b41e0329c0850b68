"""The training loop: batches, loss, rate, evaluations, checkpoints."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from synth_assets.errors import CancelledError
from synth_assets.modeling.translation.batches import Encoded, Order, Rows
from synth_assets.modeling.translation.checkpoint import Checkpoints, Progress
from synth_assets.profile.modeling import TranslatorModel

BETAS = (0.9, 0.98)
CLIP = 1.0
EMBEDDING_RATE = 0.5
"""Share of the rate that embeddings learn with; their start is worth keeping."""


@dataclass
class Loop:
    """One training. `evaluate` gives the chrF of the model as it is."""

    settings: TranslatorModel
    seed: int
    model: Any
    data: Encoded
    checkpoints: Checkpoints
    evaluate: Callable[[], float]
    say: Callable[[str], None]
    cancelled: Callable[[], bool]
    progress: Progress = field(init=False)

    def __post_init__(self) -> None:
        self._optimizer = _optimizer(self.model, self.settings)
        self.progress = self.checkpoints.load(self.model, self._optimizer)

    def run(self) -> Progress:
        """To the last step, or until chrF no longer rises. Raises CancelledError, with all that is
        done kept, when asked to stop."""
        import torch

        settings, progress = self.settings, self.progress
        short = settings.short_first
        order = Order(
            self.data, settings.batch_tokens, settings.max_tokens, settings.steps, short, self.seed
        )
        self.model.train()
        with torch.random.fork_rng():
            for rows in islice(order.batches(), progress.step, None):
                if progress.finished:
                    break
                if self.cancelled():
                    self._save()
                    raise CancelledError(f"stopped on request after {progress.step:,} steps")
                self._step(rows)
                if progress.step % settings.evaluate_every == 0 or progress.step == settings.steps:
                    self._measure()
        return progress

    def _step(self, rows: Rows) -> None:
        import torch

        torch.manual_seed(self.seed * 1_000_003 + self.progress.step)  # of dropout
        factor = rate_factor(self.progress.step, self.settings)
        for group in self._optimizer.param_groups:
            group["lr"] = self.settings.rate * group["share"] * factor
        loss, tokens = self._loss_of(rows)
        self._optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), CLIP)
        self._optimizer.step()
        self.progress.losses += float(loss.detach())
        self.progress.tokens += tokens
        self.progress.step += 1

    def _loss_of(self, rows: Rows) -> tuple[Any, int]:
        """Mean over the target's tokens; logits are computed for those alone."""
        import torch

        model, pad = self.model, self.model.config.pad_token_id
        source = torch.from_numpy(self.data.source.of(rows, pad)).to(model.device)
        labels = torch.from_numpy(self.data.target.of(rows, pad)).to(model.device)
        first = torch.full_like(labels[:, :1], model.config.decoder_start_token_id)
        given = torch.cat([first, labels[:, :-1]], dim=1)
        on_gpu = model.device.type == "cuda"
        with torch.autocast(model.device.type, torch.bfloat16, enabled=on_gpu):
            hidden = model.model(
                input_ids=source,
                attention_mask=(source != pad).long(),
                decoder_input_ids=given,
                use_cache=False,
            ).last_hidden_state
            wanted = labels != pad
            logits = model.lm_head(hidden[wanted]) + model.final_logits_bias
            loss = torch.nn.functional.cross_entropy(
                logits.float(), labels[wanted], label_smoothing=self.settings.label_smoothing
            )
        return loss, int(wanted.sum())

    def _measure(self) -> None:
        """chrF on the held-out pairs, then a checkpoint."""
        settings, progress = self.settings, self.progress
        self.model.eval()
        chrf = self.evaluate()
        self.model.train()
        before = progress.scores[-1][0] if progress.scores else 0
        loss = progress.losses / (progress.step - before)
        progress.losses = 0.0
        progress.scores.append((progress.step, round(loss, 4), round(chrf, 3)))
        progress.finished = progress.step == settings.steps or progress.stale(settings.patience)
        self._save()
        self.say(
            f"step {progress.step:,} of {settings.steps:,}: loss {loss:.3f}, chrF {chrf:.1f}, "
            f"{progress.tokens:,} target tokens"
        )

    def _save(self) -> None:
        self.checkpoints.save(self.model, self._optimizer, self.progress, self.settings.average)


def rate_factor(step: int, settings: TranslatorModel) -> float:
    """Linear warm-up, inverse square root, and a linear end."""
    rising = min(1.0, (step + 1) / settings.warmup)
    falling = math.sqrt(settings.warmup / max(step + 1, settings.warmup))
    last = settings.steps * settings.cooldown
    ending = min(1.0, (settings.steps - step) / last) if last else 1.0
    return rising * falling * ending


def _optimizer(model: Any, settings: TranslatorModel) -> Any:
    import torch

    embeddings = model.get_input_embeddings().weight
    learned = [one for one in model.parameters() if one.requires_grad and one is not embeddings]
    matrices = [one for one in learned if one.dim() > 1]
    vectors = [one for one in learned if one.dim() == 1]
    groups = [
        {"params": matrices, "weight_decay": settings.weight_decay, "share": 1.0},
        {"params": vectors, "weight_decay": 0.0, "share": 1.0},
        {"params": [embeddings], "weight_decay": 0.0, "share": EMBEDDING_RATE},
    ]
    return torch.optim.AdamW(groups, lr=settings.rate, betas=BETAS, eps=1e-9, fused=True)
