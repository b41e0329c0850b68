"""What a profile may say. Every key has a default in `default.yaml`, which is the reference."""

import re
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveInt,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from synth_assets.generation.gates.catalogue import GateChanges
from synth_assets.generation.spec import EngineSpec, GenerationProfile
from synth_assets.hashing import digest_json

CRON = re.compile(r"([\d*/,A-Za-z-]+\s+){4}[\d*/,A-Za-z-]+")
LANGUAGE = re.compile(r"[a-z]{2,3}_[A-Z][a-z]{3}")


def _flores_code(value: str) -> str:
    if not LANGUAGE.fullmatch(value):
        raise ValueError("a language is a FLORES code such as cat_Latn")
    return value


Language = Annotated[str, AfterValidator(_flores_code)]
Share = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


def _without_nulls(value: object) -> object:
    """Null turns an entry of the default off: `recipes: {faq: null}`."""
    if isinstance(value, dict):
        return {key: entry for key, entry in value.items() if entry is not None}
    return value


TurnOff = BeforeValidator(_without_nulls)


class Section(BaseModel):
    """A part of the profile: unknown keys are errors, values do not change after validation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @property
    def version(self) -> str:
        """Digest of this part, for the code version of the assets it shapes."""
        return digest_json(self.model_dump(mode="json"))


class Columns(Section):
    """Names of the columns of JSONL and Parquet inputs; a null column is not read."""

    text: str
    url: str | None
    title: str | None
    lang: str | None
    license: str | None
    fetched_at: str | None


class LicenseRule(Section):
    """Documents whose URL starts with `url` carry `license`; the first rule that fits counts."""

    url: str
    license: str


class IngestProfile(Section):
    """How input files become batches and records become documents; `extractor` finds the main text
    of web pages."""

    max_batch_files: PositiveInt
    max_batch_bytes: PositiveInt
    extractor: Literal["blocks", "trafilatura"]
    columns: Columns
    licenses: list[LicenseRule]


class GopherQuality(Section):
    """Limits of the Gopher quality rules (Rae et al. 2021, table A1)."""

    min_words: NonNegativeInt
    max_words: PositiveInt
    min_mean_word_length: NonNegativeFloat
    max_mean_word_length: NonNegativeFloat
    max_symbols_per_word: NonNegativeFloat
    max_bullet_lines: Share
    max_ellipsis_lines: Share
    min_words_with_letters: Share
    min_stop_words: NonNegativeInt


class GopherRepetition(Section):
    """Limits of the Gopher repetition rules (Rae et al. 2021, table A1), shares of characters
    where not said otherwise."""

    max_duplicate_lines: Share
    max_duplicate_paragraphs: Share
    max_duplicate_line_chars: Share
    max_duplicate_paragraph_chars: Share
    max_top_ngrams: dict[Annotated[int, Field(ge=2, le=4)], Share]
    max_duplicate_ngrams: dict[Annotated[int, Field(ge=5, le=10)], Share]


class C4Rules(Section):
    """Page rules of C4 (Raffel et al. 2020); line rules are left out, since a filter that edits
    its text would make a new document of every page."""

    min_sentences: NonNegativeInt
    drop_curly_bracket: bool
    drop_lorem_ipsum: bool
    max_policy_lines: Share


class FilteringProfile(Section):
    """Which documents pass from raw_web to filtered."""

    languages: list[Language] | None
    min_language_confidence: Share
    gopher_quality: GopherQuality
    gopher_repetition: GopherRepetition
    c4: C4Rules


class RecipeProfile(Section):
    """One rewriting recipe that is turned on.

    `samples` are drawn of every passage, each a document of its own. `gates` changes the recipe's;
    with `regenerate`, texts of earlier runs that a changed gate refuses are asked for once more.
    `strict` refuses a batch with documents in a language that the recipe has no prompt in.
    """

    engine: EngineSpec
    languages: list[Language] | None = None
    min_words: NonNegativeInt = 80
    max_words: PositiveInt = 20_000
    samples: PositiveInt = 1
    gates: GateChanges = {}
    regenerate: bool = False
    strict: bool = False


class RewritingProfile(Section):
    """The rewriting recipes by name; each is an asset rewritten/<name>. Null turns one off."""

    recipes: Annotated[dict[Name, RecipeProfile], TurnOff]


class TranslationTarget(Section):
    """One target language; each is an asset translated/<lang>. `gates` and `regenerate` are as in
    a recipe."""

    engine: EngineSpec
    source_lang: Language
    inputs: list[str]
    max_segment_tokens: PositiveInt
    replace: dict[str, str]
    gates: GateChanges = {}
    regenerate: bool = False


class TranslationProfile(Section):
    """Target languages by code; each is an asset translated/<lang>. Null turns one off."""

    targets: Annotated[dict[Language, TranslationTarget], TurnOff]


class DedupProfile(Section):
    """MinHash parameters and what counts as a duplicate (Jaccard of word n-gram sets)."""

    ngram: PositiveInt
    bands: PositiveInt
    rows: PositiveInt
    seed: NonNegativeInt
    threshold: Share
    family_threshold: Share
    children_per_parent: PositiveInt


class PackingProfile(Section):
    """Tokenizer and sequence length of the packed corpus."""

    tokenizer: str
    sequence_length: Annotated[int, Field(ge=2)]


class ExecutorProfile(Section):
    """How many CPU steps run at once, and when an idle GPU lane lets go of its model and ends."""

    max_cpu_steps: PositiveInt
    lane_idle_s: PositiveInt


def _known_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("it must be an IANA time zone such as Europe/Madrid") from error
    return value


def _cron(value: str) -> str:
    if not CRON.fullmatch(value.strip()):
        raise ValueError("it must be five cron fields such as '0 2 * * *'")
    return value


class ScheduleProfile(Section):
    """The nightly refresh: when, and the folder whose new files it plans into batches."""

    cron: Annotated[str, AfterValidator(_cron)]
    timezone: Annotated[str, AfterValidator(_known_zone)]
    inbox: str


class Profile(BaseSettings):
    """Everything that shapes the corpora."""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        env_prefix="SYNTH_ASSETS__",
        env_nested_delimiter="__",
    )

    name: Name
    seed: NonNegativeInt
    root: str
    ingest: IngestProfile
    filtering: FilteringProfile
    generation: GenerationProfile
    rewriting: RewritingProfile
    translation: TranslationProfile
    dedup: DedupProfile
    packing: PackingProfile
    executor: ExecutorProfile
    schedule: ScheduleProfile

    @property
    def hash(self) -> str:
        """16 hex digits that name the frozen profile."""
        return digest_json(self.model_dump(mode="json"))[:16]
