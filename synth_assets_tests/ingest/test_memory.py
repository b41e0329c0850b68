"""A batch larger than memory may be: what extraction takes of it."""

import subprocess
import sys
import time
from contextlib import suppress
from importlib.resources import files

import psutil
import pyarrow.parquet as pq
import pytest

from synth_assets.ingest.dialects import WARC
from synth_assets.ingest.payload import read_payloads
from synth_assets.ingest.source import SourceFile
from synth_assets_tests.ingest.making import http, record

SIZE = 2 << 30
MOST = 2 << 30


def fill(path):
    """The sample's pages again and again, no two alike, with as much script as pages of the web
    have."""
    sample = files("synth_assets.bundled") / "sample"
    bodies = [
        bytes(payload.body)
        for file in sorted(sample.glob("*.warc.gz"))
        for payload in read_payloads(SourceFile(str(file), file.name, ""), WARC)
    ]
    count, size = 0, 0
    with path.open("wb") as stream:
        while size < SIZE:
            body = bodies[count % len(bodies)].replace(b" the ", b" the %d " % count)
            body += b"<script>%s</script>" % (b"var a = %d;\n" % count * 4000)
            size += stream.write(record(http(body), url=f"http://a.example/{count}"))
            count += 1
    return count


def peak_of(process):
    """Most bytes that a process and its children hold together, until it ends."""
    most = 0
    try:
        while process.poll() is None:
            with suppress(psutil.NoSuchProcess):
                family = [process, *process.children(recursive=True)]
                most = max(most, sum(one.memory_info().rss for one in family))
            time.sleep(0.1)
    finally:
        process.kill()
    return most


@pytest.mark.drill
def test_two_gigabytes_are_extracted_in_less_memory(tmp_path):
    count = fill(tmp_path / "a.warc")
    out, left = tmp_path / "out.parquet", tmp_path / "left.parquet"
    command = ["-m", "synth_assets.cli", "extract", tmp_path / "a.warc", out, "--dropped", left]
    most = peak_of(psutil.Popen([sys.executable, *map(str, command)], stdout=subprocess.DEVNULL))
    rows = [pq.ParquetFile(path).metadata.num_rows for path in (out, left)]
    print(f"{count} records, {rows[0]} documents, at most {most >> 20} MB")
    assert sum(rows) == count
    assert most < MOST
