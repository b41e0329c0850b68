"""How long an application takes to answer, asked in this process."""

import asyncio
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx2
    from starlette.applications import Starlette

BASE = "http://127.0.0.1"


def time_views(app: "Starlette", views: Mapping[str, str], repeats: int) -> dict[str, float]:
    """Milliseconds by view, the median of the repeats after one that is not counted, by the clock
    and in CPU time, and the slowest of them. Raises AssertionError where an answer is an error."""
    return asyncio.run(_time_all(app, views, repeats))


async def _time_all(app: "Starlette", views: Mapping[str, str], repeats: int) -> dict[str, float]:
    from statistics import median

    import httpx2

    wall: dict[str, float] = {}
    cpu: dict[str, float] = {}
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url=BASE) as client:
        for name, address in views.items():
            taken = [await _time(client, address) for _ in range(repeats + 1)][1:]
            wall[f"{name}_ms"] = median(one for one, _ in taken)
            cpu[name] = median(other for _, other in taken)
    slowest = {"slowest_view_ms": max(wall.values()), "slowest_view_cpu_ms": max(cpu.values())}
    return slowest | wall | {f"{name}_cpu_ms": used for name, used in cpu.items()}


async def _time(client: "httpx2.AsyncClient", address: str) -> tuple[float, float]:
    begun, used = time.perf_counter(), time.process_time()
    answer = await client.get(address)
    if answer.status_code not in (200, 303):
        raise AssertionError(f"{address} answers {answer.status_code}: {answer.text[:200]}")
    return 1000 * (time.perf_counter() - begun), 1000 * (time.process_time() - used)
