import threading
import time
from pathlib import Path

import pytest
from filelock import FileLock

from synth_assets.errors import BudgetError, EngineError
from synth_assets.generation.engines import WarmEngine, gpu_lock, use_engine, warm
from synth_assets.generation.engines.gpu_lock import GpuLocks
from synth_assets.generation.protocol import Request, Sampling
from synth_assets.generation.spec import SamplingSpec
from synth_assets_tests.generation.engines.conftest import spec

REQUEST = Request("0", "open the file", Sampling(max_new_tokens=3), 0)


def test_one_engine_at_a_time(folders: dict[str, Path]) -> None:
    slot = WarmEngine()
    first = slot.get(spec(folders["llama"]))
    drawn = spec(folders["llama"], sampling=SamplingSpec(temperature=1.0))

    assert slot.get(drawn) is first
    second = slot.get(spec(folders["marian"]))
    assert second is not first
    with pytest.raises(EngineError, match="closed"):
        next(first.generate([REQUEST]))
    slot.close()
    assert not slot.is_loaded


def test_a_changed_folder_is_another_model(folders: dict[str, Path], tmp_path: Path) -> None:
    import shutil

    folder = shutil.copytree(folders["llama"], tmp_path / "llama")
    slot = WarmEngine()
    first = slot.get(spec(folder))
    config = folder / "generation_config.json"
    config.write_text(config.read_text().replace("[", "[ "))

    assert slot.get(spec(folder)) is not first
    slot.close()


def test_idle_time_counts_from_the_last_use(folders: dict[str, Path]) -> None:
    slot = WarmEngine()
    with slot.lend(spec(folders["llama"])) as engine:
        assert not slot.is_loaded
        assert len(list(engine.generate([REQUEST]))) == 1
        assert slot.is_loaded
        assert slot.idle_s == 0
    time.sleep(0.02)
    assert 0.02 <= slot.idle_s < 5
    slot.close()


def test_another_thread_waits_while_it_is_lent(folders: dict[str, Path]) -> None:
    slot = WarmEngine()
    with slot.lend(spec(folders["llama"])) as engine:
        closer = threading.Thread(target=slot.close)
        closer.start()
        assert len(list(engine.generate([REQUEST]))) == 1
        assert slot.is_loaded
    closer.join(5)
    assert not slot.is_loaded


@pytest.mark.parametrize(
    "error, is_kept, is_unfit",
    [
        (RuntimeError("CUDA error: device-side assert triggered"), False, True),
        (EngineError("it cannot go on"), False, False),
        (BudgetError("it is spent"), True, False),
    ],
)
def test_an_engine_that_broke_is_not_lent_again(
    folders: dict[str, Path], error: Exception, is_kept: bool, is_unfit: bool
) -> None:
    slot = WarmEngine()
    with pytest.raises(type(error)), slot.lend(spec(folders["llama"])) as engine:
        assert len(list(engine.generate([REQUEST]))) == 1
        raise error
    assert (slot.is_loaded, slot.is_unfit) == (is_kept, is_unfit)
    slot.close()


def test_an_interrupted_wait_for_a_gpu_keeps_no_other(
    folders: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpu_lock, "lock_path", lambda gpu: tmp_path / gpu)
    monkeypatch.setattr(warm, "gpus_of", lambda _: ["0", "1"])
    waiting, real = GpuLocks(), FileLock.acquire

    def acquire(lock: FileLock, *args: object, **settings: object) -> object:
        if settings.get("poll_interval"):
            raise TimeoutError
        return real(lock, *args, **settings)

    waiting.hold(["1"])
    monkeypatch.setattr(FileLock, "acquire", acquire)
    slot = WarmEngine()
    with pytest.raises(TimeoutError):
        slot.get(spec(folders["llama"]))
    GpuLocks().hold(["0"])  # raises TimeoutError where the slot still holds it
    waiting.release()


def test_a_lane_keeps_what_other_processes_close(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm, "_kept", [])
    with use_engine(spec(folders["llama"])) as engine:
        list(engine.generate([REQUEST]))
        opened = engine._opened()
    with pytest.raises(EngineError, match="closed"):
        list(opened.generate([REQUEST]))

    slot = warm.keep_warm()
    with use_engine(spec(folders["llama"])) as engine:
        list(engine.generate([REQUEST]))
    assert slot.is_loaded
    assert warm.keep_warm() is slot
    slot.close()


def test_no_model_is_loaded_where_nothing_is_asked(folders: dict[str, Path]) -> None:
    with use_engine(spec(folders["llama"])) as engine:
        assert engine.identity.model == "llama"
        assert list(engine.generate([])) == []
        assert engine._engine is None
