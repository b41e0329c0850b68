"""raw_web: a planned batch becomes a corpus in which every record is accounted for."""

from datetime import date

import polars as pl
import pytest

from synth_assets.corpus.document import raw_id
from synth_assets.errors import CancelledError, CorpusError, InputError
from synth_assets.ingest import read, rows, stage
from synth_assets.ingest.plan import load_manifest, plan_batches
from synth_assets_tests.ingest.making import PAGE, member, page

KEY = "2026-01-01"


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    members = [member(page(f"Text {n}.", f"https://help.libreoffice.org/{n}")) for n in range(4)]
    members[1] = members[1][:60] + b"\xff" * 9 + members[1][69:]
    (folder / "a.warc.gz").write_bytes(b"".join(members))
    lines = '{"text": "One.", "license": "CC0-1.0"}\n{"text": "Two.", "url": "http://b"}\n{oops\n'
    (folder / "b.jsonl").write_text(lines)
    return folder


@pytest.fixture
def ingest(store, profile, inbox, make_run):
    def ingest(**changes):
        plan_batches(store, [inbox], profile, date(2026, 1, 1))
        return stage.run(make_run(KEY, **changes))

    return ingest


def test_every_record_is_kept_or_dropped_with_a_reason(ingest, store):
    footer = ingest()
    assert [law.holds for law in footer.laws] == [True, True]
    assert footer.counts.read.documents == 7
    assert footer.counts.kept.documents == 5
    dropped = {reason: tally.documents for reason, tally in footer.counts.dropped.items()}
    assert dropped == {"bad_json_line": 1, "damaged_record": 1}
    left = store.open("raw_web", KEY).dropped()
    assert left["doc_id"].n_unique() == left.height == 2


def test_rows_carry_origin_licence_and_counts(ingest, store):
    ingest()
    frame = store.open("raw_web", KEY).read()
    assert dict(frame.schema) == stage.COLUMNS
    digest = load_manifest(store, KEY).files[0].digest
    first = frame.row(0, named=True)
    assert first["doc_id"] == raw_id(digest, 0)
    assert first["source"] == {"file": "a.warc.gz", "offset": 0}
    assert first["text"] == "# A page\n\nText 0."
    assert (first["kind"], first["lang"], first["lang_hint"]) == ("natural", "und", "en")
    assert frame["license"].to_list() == ["MPL-2.0"] * 3 + ["CC0-1.0", None]
    assert frame["n_tokens"].min() > 0
    assert frame["content_hash"].n_unique() == 5


def test_two_runs_and_another_place_give_the_same_bytes(
    ingest, store, inbox, tmp_path, profile, make_run
):
    ingest()
    before = store.open("raw_web", KEY).data_version
    ingest()
    assert store.open("raw_web", KEY).data_version == before
    inbox.rename(tmp_path / "elsewhere")
    other = type(store)(tmp_path / "other")
    plan_batches(other, [tmp_path / "elsewhere"], profile, date(2026, 1, 1))
    stage.run(make_run(KEY, store=other))
    assert other.open("raw_web", KEY).data_version == before


def test_a_lost_record_breaks_the_law(ingest, store, monkeypatch):
    whole = read.read_payloads
    monkeypatch.setattr(read, "read_payloads", lambda *given: list(whole(*given))[:-1])
    footer = ingest()
    assert str(footer.broken_laws[0]).startswith("records: 4 web records + 3 lines")
    with pytest.raises(CorpusError, match="does not balance"):
        store.open("raw_web", KEY)


def test_a_planned_file_that_changed_or_vanished_fails_the_batch(ingest, store, inbox):
    ingest()
    (inbox / "b.jsonl").write_text('{"text": "Other."}\n')
    with pytest.raises(InputError, match=r"b\.jsonl has changed since it was planned"):
        ingest()
    (inbox / "b.jsonl").unlink()
    with pytest.raises(InputError, match=r"b\.jsonl has vanished since it was planned"):
        ingest()


def test_false_files_cost_themselves_alone(ingest, store, inbox):
    (inbox / "c.warc.gz").write_bytes(b"no warc")
    (inbox / "d.parquet").write_bytes(b"no parquet")
    said = []
    footer = ingest(log=said.append)
    assert footer.broken_laws == []
    assert footer.counts.kept.documents == 5
    left = store.open("raw_web", KEY).dropped().filter(pl.col("source").struct["file"] > "c")
    assert left["drop_reason"].to_list() == ["damaged_record", "unreadable_file"]
    assert left["drop_value"][1].startswith("row 0: it cannot be read (")
    assert sum("d.parquet cannot be read: row 0" in line for line in said) == 1


def test_it_stops_when_asked_to(ingest, store):
    with pytest.raises(CancelledError):
        ingest(cancelled=lambda: True)
    assert not store.has("raw_web", KEY)


def test_groups_are_bounded(ingest, store, monkeypatch):
    one = ingest()
    monkeypatch.setattr(rows, "ITEMS_AT_ONCE", 1)
    two = ingest()
    assert one.counts == two.counts


def test_two_processes_give_the_bytes_that_one_gives(ingest, store, profile, inbox, monkeypatch):
    monkeypatch.setattr(rows, "ITEMS_AT_ONCE", 2)
    (inbox / "c.html").write_bytes(PAGE % b"Text of a file.")
    one = ingest()
    two_processes = profile.ingest.model_copy(update={"processes": 2})
    before = store.open("raw_web", KEY).data_version
    two = ingest(profile=profile.model_copy(update={"ingest": two_processes}))
    assert store.open("raw_web", KEY).data_version == before
    assert (two.counts, two.sidecars) == (one.counts, one.sidecars)


def test_code_version_follows_what_shapes_rows_and_nothing_else(profile):
    def changed(section, **update):
        part = getattr(profile, section).model_copy(update=update)
        return stage.code_version(profile.model_copy(update={section: part}))

    version = stage.code_version(profile)
    assert changed("ingest", max_batch_files=7) == version
    assert changed("ingest", processes=7) == version
    assert changed("dedup", ngram=9) == version
    assert changed("ingest", licenses=[]) != version
    columns = profile.ingest.columns.model_copy(update={"text": "body"})
    assert changed("ingest", columns=columns) != version
