"""What the quality rules of `filtered` dropped, as documents that a recipe takes up again.

All dropped rows are read, so that each has its outcome; `barred` names what speaks against one, and
a recipe takes those alone that nothing but quality speaks against: a row that another rule would
have dropped too (a block list, a listed word, an evaluation item, ...) stays out, and so does the
copy of an earlier one. What was taken down is not among them. Personal data, which `filtered`
leaves in what it drops, is masked as in what it keeps; the row keeps its id, which is the parent's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from synth_assets.corpus.document import Document
from synth_assets.corpus.schema import DOCUMENT, DROPPED
from synth_assets.corpus.store import Corpus
from synth_assets.filtering import attributes
from synth_assets.filtering.exact import FirstSeen
from synth_assets.filtering.pii.masking import Masker
from synth_assets.filtering.rules import judge
from synth_assets.generation.work import NotSelected
from synth_assets.profile.model import Profile
from synth_assets.takedown.register import REASON as TAKEN_DOWN

SIDECAR = "dropped"

QUALITY = ("quality", "perplexity")
"""The attributes whose rules speak of how good a text is, and of nothing else."""

GIVEN = "given"
"""The reason of rows that whoever hands them over calls rejected, without saying why."""

BARRED = "barred"


@dataclass(frozen=True)
class Rejects:
    """The dropped documents of one batch; stands where a corpus does as the input of generation."""

    filtered: Corpus
    profile: Profile

    @property
    def name(self) -> str:
        return self.filtered.name

    @property
    def data_version(self) -> str:
        """That of the corpus, whose footer holds the digest of what it dropped."""
        return self.filtered.data_version

    @property
    def part(self) -> str:
        """What of the corpus is read."""
        return SIDECAR

    @property
    def columns(self) -> list[str]:
        return [*self.filtered.columns, *DROPPED, BARRED]

    @property
    def n_documents(self) -> int:
        counts = self.filtered.footer.counts
        taken_down = counts.dropped.get(TAKEN_DOWN)
        return counts.dropped_total.documents - (taken_down.documents if taken_down else 0)

    def frames(self, columns: list[str] | None = None) -> Iterator[pl.DataFrame]:
        masker, seen = self._masker(), FirstSeen()
        for frame in self.filtered.sidecar_frames(SIDECAR):
            rows = frame.filter(pl.col("drop_reason") != TAKEN_DOWN)
            found = _masked(self._judged(rows, seen), masker)
            yield found.select(columns) if columns else found

    def _judged(self, rows: pl.DataFrame, seen: FirstSeen) -> pl.DataFrame:
        """With BARRED; the reason of a row that only quality speaks against is null in it."""
        measured = attributes.build(self.profile.filtering)
        of_quality = {rule.name for one in measured if one.name in QUALITY for rule in one.rules}
        others = [rule for one in measured if one.name not in QUALITY for rule in one.rules]
        there = attributes.COLUMNS.keys() <= set(rows.columns)
        again = judge(rows, others if there else ())["drop_reason"]
        given = pl.col("drop_reason")
        fine = list(of_quality | {GIVEN})
        first = rows.select(pl.when(~given.is_in(fine)).then(given)).to_series()
        barred = pl.select(pl.coalesce(first, again)).to_series()
        copies = seen.judge(rows.with_columns(drop_reason=barred))["drop_reason"]
        return rows.with_columns(copies.alias(BARRED))

    def _masker(self) -> Masker:
        def count_tokens(texts: Sequence[str]) -> list[int]:
            from synth_assets.packing.tokenizer import token_counter

            return token_counter(self.profile.packing.tokenizer)(texts)

        return Masker(self.profile.filtering.pii, count_tokens)


def _masked(rows: pl.DataFrame, masker: Masker) -> pl.DataFrame:
    """The rows under their own ids, with placeholders for personal data."""
    masked = masker.mask(rows.select(*DOCUMENT)).documents
    texts = [name for name in DOCUMENT if name not in ("doc_id", "parent_ids", "root_ids")]
    return rows.with_columns(masked.select(texts))


def refuses(document: Document) -> NotSelected | None:
    """Why a rejected document is not taken up again."""
    barred = document.attributes.get(BARRED)
    return NotSelected(f"dropped_for_{barred}") if barred else None


def signs(documents: Sequence[Document]) -> list[float]:
    """How good texts are, 0 to 1: by the signs of quality that they have (see `filtering.traits`),
    and among those with equally many by what goes on where a sign ends. All of that together counts
    less than one sign."""
    from synth_assets.filtering import quality, traits

    frame = pl.DataFrame({"text": [d.text for d in documents], "lang": [d.lang for d in documents]})
    measured = quality.measure(frame)
    shares = pl.mean_horizontal(_FINER).fill_null(0).clip(0, 1)
    finer = measured.select(pl.when(pl.col("gopher_words") > 0).then(shares).otherwise(0))
    met = traits.SIGNS * traits.share_of_signs(measured)
    return ((met + finer.to_series()) / (traits.SIGNS + 1)).round(6).to_list()


_FINER = (
    pl.col("gopher_words_with_letters"),
    pl.col("fineweb_punctuated_lines"),
    1 - pl.col("gopher_duplicate_line_chars"),
    1 - pl.col("gopher_top_3grams"),
)


QUALITY_COLUMNS = ("quality", "parent_quality")
"""The columns of a recipe that is told how good its texts are, and what they were made of."""

Parents = Corpus | Rejects
