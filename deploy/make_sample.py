"""Builds the bundled sample and tokenizer: `python deploy/make_sample.py`.

Reads the folder of real data that $SYNTH_ASSETS_DATA names. Holds nothing of time or chance: built
twice, the files have the same bytes.
"""

import gzip
import os
import re
import sys
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import orjson
from fastwarc.warc import ArchiveIterator
from make_sample_texts import JSONL_TEXTS, NOTICE, OWN_PAGES, TOKENIZER_README, OwnPage
from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLTree

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("SYNTH_ASSETS_DATA", "nowhere")) / "web"
BUNDLED = ROOT / "synth_assets" / "bundled"

LANGUAGES = ("ca", "de", "es", "eu", "fr", "gl")
PAGES_PER_LANGUAGE = 5
HANDBOOK_LANGUAGES = ("ca-ES", "en-US", "es-ES")
EDITED_PAGES = 10
RECRAWLED_PAGES = 5
DAMAGED_AFTER = 140
EDITED_DATE = b"2023-09-01T00:00:00Z"
RECRAWL_DATE = b"2023-12-01T00:00:00Z"
OWN_DATE = b"2024-01-01T00:00:00Z"
HTML = b"text/html; charset=utf-8"
EOS = "<|endoftext|>"
VOCABULARY = 8192


@dataclass(frozen=True)
class Record:
    """One response; `body` is the page's bytes."""

    url: str
    body: bytes
    date: bytes
    content_type: bytes = HTML
    status: bytes = b"200 OK"

    @property
    def text(self) -> str:
        """By resiliparse alone: a change of our own extractor changes no sample."""
        tree = HTMLTree.parse(self.body.decode())
        return str(extract_plain_text(tree, main_content=True, alt_texts=False))

    def to_gzip(self) -> bytes:
        http = b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n" % (
            self.status,
            self.content_type,
            len(self.body),
        )
        headers = [
            ("WARC-Type", b"response"),
            ("WARC-Target-URI", self.url.encode()),
            ("WARC-Date", self.date),
            ("WARC-Record-ID", b"<urn:uuid:%s>" % self._uuid().encode()),
            ("Content-Type", b"application/http; msgtype=response"),
        ]
        return _member(headers, http + self.body)

    def _uuid(self) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.url} {self.date.decode()}"))


def main() -> None:
    if not DATA.is_dir():
        sys.exit(f"no real data: set SYNTH_ASSETS_DATA to its folder ({DATA} does not exist)")
    core = list(_read(DATA / "sample_pages.warc.gz"))
    others = list(_read(DATA / "docs_pages.warc.gz"))
    taken = {page.url for page in core}
    foreign = [page for code in LANGUAGES for page in _of_language(others, code, taken)]
    edited = _edited(core)
    recrawled = [replace(page, date=RECRAWL_DATE) for page in _evenly(core, RECRAWLED_PAGES)]
    own = [_own(page) for page in OWN_PAGES]
    damaged = _damage(replace(core[0], date=RECRAWL_DATE).to_gzip())
    members = [
        *(page.to_gzip() for page in core[:DAMAGED_AFTER]),
        damaged,
        *(page.to_gzip() for page in [*core[DAMAGED_AFTER:], *foreign, *edited]),
        *(page.to_gzip() for page in [*recrawled, *own]),
    ]
    _write("pages.warc.gz", "Documentation pages, see NOTICE.md", members)
    handbook = [page for page in others if _is_handbook(page)]
    _write("handbook.warc.gz", "Debian handbook, see NOTICE.md", [p.to_gzip() for p in handbook])
    lines = b"".join(orjson.dumps(text) + b"\n" for text in JSONL_TEXTS)
    _folder("sample").joinpath("extra.jsonl").write_bytes(lines)
    _folder("sample").joinpath("NOTICE.md").write_text(
        _notice(core, foreign, edited, recrawled, handbook), encoding="utf-8"
    )
    pages = [*core, *foreign]
    _train_tokenizer([*(page.text for page in pages), *(text["text"] for text in JSONL_TEXTS)])


def _read(path: Path) -> Iterator[Record]:
    with path.open("rb") as stream:
        for record in ArchiveIterator(stream):
            if record.headers.get("WARC-Type") == "response":
                url, date = record.headers["WARC-Target-URI"], record.headers["WARC-Date"]
                yield Record(url, record.reader.read(), date.encode())


def _of_language(pages: list[Record], code: str, taken: set[str]) -> list[Record]:
    """The language's LibreOffice help pages with most words, so that they pass the filters."""
    prefix = f"https://help.libreoffice.org/7.4/{code}/"
    found = [page for page in pages if page.url.startswith(prefix) and page.url not in taken]
    found.sort(key=lambda page: (-len(page.text.split()), page.url))
    return sorted(found[:PAGES_PER_LANGUAGE], key=lambda page: page.url)


def _is_handbook(page: Record) -> bool:
    prefix = "https://debian-handbook.info/browse/"
    return page.url.startswith(tuple(f"{prefix}{code}/" for code in HANDBOOK_LANGUAGES))


def _evenly(pages: list[Record], count: int) -> list[Record]:
    step = len(pages) // count
    return [pages[index * step + 3] for index in range(count)]


def _edited(core: list[Record]) -> list[Record]:
    """Later versions of long pages, as a new release brings them: another address and date, up to
    three words replaced, a sentence added."""
    long = [page for page in core if len(page.text.split()) >= 200 and _PARAGRAPH.search(page.body)]
    return [_edit(page) for page in _evenly(long, EDITED_PAGES)]


_PARAGRAPH = re.compile(rb'(?<=class="paragraph" dir="auto">)[^<]{60,}(?=</p>)')
_REWORDED = ((b" can ", b" may "), (b" following ", b" next "), (b"Choose ", b"Select "))
_ADDED = b" This page was reviewed for the new release."


def _edit(page: Record) -> Record:
    body = page.body
    *_, last = _PARAGRAPH.finditer(body)
    body = body[: last.end()] + _ADDED + body[last.end() :]
    for old, new in _REWORDED:
        match = next((m for m in _PARAGRAPH.finditer(body) if old in m[0]), None)
        if match:
            body = body[: match.start()] + match[0].replace(old, new, 1) + body[match.end() :]
    return Record(page.url.replace("/7.4/", "/7.5/"), body, EDITED_DATE)


def _own(page: OwnPage) -> Record:
    return Record(
        f"https://pages.synth-assets.example/{page.name}",
        page.body,
        OWN_DATE,
        page.content_type.encode(),
        page.status.encode(),
    )


def _damage(member: bytes) -> bytes:
    """Overwrites bytes in the middle of the compressed record, as a bad disk does."""
    middle = len(member) // 2
    return member[:middle] + b"\xff" * 64 + member[middle + 64 :]


def _member(headers: Iterable[tuple[str, bytes]], block: bytes) -> bytes:
    lines = [b"WARC/1.0", *(name.encode() + b": " + value for name, value in headers)]
    lines.append(b"Content-Length: %d" % len(block))
    return gzip.compress(b"\r\n".join(lines) + b"\r\n\r\n" + block + b"\r\n\r\n", 9, mtime=0)


def _write(name: str, description: str, members: list[bytes]) -> None:
    fields = f"software: synth_assets deploy/make_sample.py\r\ndescription: {description}\r\n"
    record_id = uuid.uuid5(uuid.NAMESPACE_URL, f"synth_assets sample {name}")
    headers = [
        ("WARC-Type", b"warcinfo"),
        ("WARC-Date", OWN_DATE),
        ("WARC-Record-ID", b"<urn:uuid:%s>" % str(record_id).encode()),
        ("WARC-Filename", name.encode()),
        ("Content-Type", b"application/warc-fields"),
    ]
    info = _member(headers, fields.encode())
    _folder("sample").joinpath(name).write_bytes(b"".join([info, *members]))


def _notice(
    core: list[Record],
    foreign: list[Record],
    edited: list[Record],
    recrawled: list[Record],
    handbook: list[Record],
) -> str:
    return NOTICE.format(
        core=len(core),
        foreign=len(foreign),
        languages=", ".join(LANGUAGES),
        edited=len(edited),
        edited_urls=_bullets(edited),
        recrawled=len(recrawled),
        own=len(OWN_PAGES),
        handbook=len(handbook),
        handbook_urls=_bullets(handbook),
        damaged_after=DAMAGED_AFTER,
        jsonl=len(JSONL_TEXTS),
    )


def _bullets(pages: list[Record]) -> str:
    return "\n".join(f"- {page.url}" for page in pages)


def _train_tokenizer(texts: list[str]) -> None:
    """Byte-level BPE (Sennrich et al. 2016, on bytes as in GPT-2) of 8k tokens."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[EOS],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    folder = _folder("tokenizer")
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": EOS,
        "clean_up_tokenization_spaces": False,
    }
    folder.joinpath("tokenizer_config.json").write_bytes(
        orjson.dumps(config, option=orjson.OPT_INDENT_2) + b"\n"
    )
    folder.joinpath("README.md").write_text(
        TOKENIZER_README.format(tokens=tokenizer.get_vocab_size(), texts=len(texts), eos=EOS),
        encoding="utf-8",
    )


def _folder(name: str) -> Path:
    folder = BUNDLED / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


if __name__ == "__main__":
    main()
