"""Planning: what is in no manifest becomes bounded batches, and manifests never change."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synth_assets.corpus.store import Store
from synth_assets.errors import InputError
from synth_assets.ingest.inputs import format_of
from synth_assets.ingest.plan import all_manifests, load_manifest, plan_batches

TODAY = date(2026, 11, 22)


def limits(profile, files, size=1 << 30):
    update = {"max_batch_files": files, "max_batch_bytes": size}
    return profile.model_copy(update={"ingest": profile.ingest.model_copy(update=update)})


def fill(folder, **files):
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.jsonl").write_text(text)
    return folder


def test_files_become_batches_with_increasing_admission(tmp_path, store, profile):
    folder = fill(tmp_path / "in", c="3", a="1", b="2")
    report = plan_batches(store, [folder], limits(profile, 2), TODAY)
    assert [m.key for m in report.batches] == ["2026-11-22", "2026-11-22.001"]
    assert [m.admission for m in report.batches] == [1, 2]
    assert [[f.name for f in m.files] for m in report.batches] == [
        ["a.jsonl", "b.jsonl"],
        ["c.jsonl"],
    ]
    assert all_manifests(store) == report.batches
    assert load_manifest(store, "2026-11-22") == report.batches[0]


def test_planning_again_adds_only_what_is_new(tmp_path, store, profile):
    folder = fill(tmp_path / "in", a="1")
    plan_batches(store, [folder], profile, TODAY)
    before = store.files.read("batches/2026-11-22.json")
    fill(folder, copy_of_a="1", b="2", d="2")
    report = plan_batches(store, [folder], profile, TODAY)
    assert [[f.name for f in m.files] for m in report.batches] == [["b.jsonl"]]
    assert len(report.already_planned) == 3
    assert plan_batches(store, [folder], profile, date(2026, 11, 23)).batches == []
    assert store.files.read("batches/2026-11-22.json") == before
    fill(folder, e="5")
    (manifest,) = plan_batches(store, [folder], profile, date(2026, 11, 23)).batches
    assert (manifest.key, manifest.admission) == ("2026-11-23", 3)


def test_unknown_files_are_reported_and_papers_passed_over(tmp_path, store, profile):
    folder = fill(tmp_path / "in", a="1")
    for name in ("NOTICE.md", "README", ".hidden.jsonl", "page.pdf"):
        (folder / name).write_text("x")
    report = plan_batches(store, [folder], profile, TODAY)
    assert report.unknown == [str(folder / "page.pdf")]
    assert [file.name for file in report.batches[0].files] == ["a.jsonl"]


def test_a_single_file_and_a_url_are_sources_too(tmp_path, store, profile):
    folder = fill(tmp_path / "in", a="1", b="2")
    (one,) = plan_batches(store, [folder / "a.jsonl"], profile, TODAY).batches
    assert [file.name for file in one.files] == ["a.jsonl"]
    (two,) = plan_batches(store, [f"file://{folder}"], profile, TODAY).batches
    assert [file.path for file in two.files] == [f"file://{folder}/b.jsonl"]


def test_missing_and_empty_sources_are_one_sentence(tmp_path, store, profile):
    with pytest.raises(
        InputError, match=r"nowhere does not exist; give a folder or a file ending in"
    ):
        plan_batches(store, [tmp_path / "nowhere"], profile, TODAY)
    (tmp_path / "empty").mkdir()
    with pytest.raises(
        InputError, match=r"empty holds no files; allowed are files ending in \.warc"
    ):
        plan_batches(store, [tmp_path / "empty"], profile, TODAY)
    report = plan_batches(store, [tmp_path / "empty"], profile, TODAY, empty_ok=True)
    assert report.batches == []


def test_a_batch_never_planned(store):
    with pytest.raises(InputError, match="batch 2026-01-01 was never planned"):
        load_manifest(store, "2026-01-01")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.warc.gz", "warc"),
        ("A.WARC", "warc"),
        ("a.warc.wet.gz", "warc"),
        ("a.jsonl.gz", "jsonl"),
        ("a.parquet", "parquet"),
        ("a.warc.wat.gz", "warc"),
        ("a.arc.gz", "arc"),
        ("a.html", "html"),
        ("a.HTM", "html"),
        ("a.json.gz", "jsonl"),
        ("data-00000-of-00001.arrow", "arrow"),
        ("a.txt", None),
        ("a.json", None),
    ],
)
def test_formats_by_suffix(name, kind):
    assert format_of(name) == kind


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    sizes=st.lists(st.integers(1, 50), min_size=1, max_size=12),
    most=st.integers(1, 5),
    size=st.integers(1, 100),
)
def test_every_file_is_in_one_batch_within_its_limits(tmp_path_factory, profile, sizes, most, size):
    folder = tmp_path_factory.mktemp("plan")
    fill(folder / "in", **{f"f{n}": chr(97 + n) * length for n, length in enumerate(sizes)})
    store = Store(folder / "corpora")
    report = plan_batches(store, [folder / "in"], limits(profile, most, size), TODAY)
    names = [file.name for manifest in report.batches for file in manifest.files]
    assert sorted(names) == sorted(f"f{n}.jsonl" for n in range(len(sizes)))
    for manifest in report.batches:
        assert len(manifest.files) <= most
        assert len(manifest.files) == 1 or sum(f.bytes for f in manifest.files) <= size
