"""One loaded engine per process, kept between steps: the GPU lane's model."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from synth_assets.errors import EngineError, SynthAssetsError
from synth_assets.generation.engines.gpu_lock import GpuLocks, gpus_of
from synth_assets.generation.engines.identity import identify
from synth_assets.generation.engines.on_demand import OnDemandEngine
from synth_assets.generation.protocol import Engine
from synth_assets.generation.spec import EngineSpec, ModelSpec


class WarmEngine:
    """A slot for one engine. Another spec closes the held engine before it opens its own, so two
    models are never in memory at once; nor are they on one GPU from two homes' lanes."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._spec: EngineSpec | None = None
        self._engine: Engine | None = None
        self._gpus = GpuLocks()
        self._lent = 0
        self.is_unfit = False
        """Whether this process had better end, and another go on."""
        self._used_at = time.monotonic()

    def get(self, spec: EngineSpec) -> Engine:
        """The engine of this spec, loaded if it is not the one at hand.

        Specs that differ in sampling alone share a model. A model folder whose files changed
        counts as another model.
        """
        from synth_assets.generation.engines import open_engine

        with self._lock:
            self._used_at = time.monotonic()
            loaded = _loaded_part(spec)
            if self._engine is None or not self._fits(loaded):
                self.close()
                try:
                    self._gpus.hold(gpus_of(spec))
                    self._engine = open_engine(spec)
                except BaseException:
                    self._gpus.release()
                    raise
                self._spec = loaded
            return self._engine

    @contextmanager
    def lend(self, spec: EngineSpec) -> Iterator[Engine]:
        """The engine while a stage works with it, loaded when the first request comes; other
        threads wait for it."""
        with self._lock:
            self._lent += 1
            try:
                yield OnDemandEngine(spec, self.get)
            except Exception as error:
                self._doubt(error)
                raise
            finally:
                self._lent -= 1
                self._used_at = time.monotonic()

    def _doubt(self, error: Exception) -> None:
        """An engine that cannot go on is not lent again. An error that is none of this project's
        own may come from the device, which CUDA then refuses to this process for good."""
        if isinstance(error, SynthAssetsError) and not isinstance(error, EngineError):
            return
        self.is_unfit |= not isinstance(error, SynthAssetsError)
        with suppress(Exception):
            self.close()

    @property
    def idle_s(self) -> float:
        """Seconds since the engine was last asked for or given back; 0 while it is lent."""
        return 0.0 if self._lent else time.monotonic() - self._used_at

    @property
    def is_loaded(self) -> bool:
        return self._engine is not None

    def close(self) -> None:
        """Let go of the held engine, if there is one; waits while it is lent to another thread."""
        with self._lock:
            engine, self._engine, self._spec = self._engine, None, None
            try:
                if engine is not None:
                    engine.close()
            finally:
                self._gpus.release()

    def _fits(self, loaded: EngineSpec) -> bool:
        assert self._engine is not None
        return self._spec == loaded and self._engine.identity == identify(loaded)


_kept: list[WarmEngine] = []


def keep_warm() -> WarmEngine:
    """Make this process keep engines between stages: `use_engine` lends from the slot returned.
    Called once by the GPU lane process; another call returns the same slot."""
    if not _kept:
        _kept.append(WarmEngine())
    return _kept[0]


def kept_warm() -> WarmEngine | None:
    """This process's slot, where `keep_warm` was called."""
    return _kept[0] if _kept else None


def _loaded_part(spec: EngineSpec) -> EngineSpec:
    """The spec without what only requests carry."""
    if isinstance(spec, ModelSpec):
        return spec.model_copy(update={"sampling": None, "price": None})
    return spec
