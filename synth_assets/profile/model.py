"""What a profile may say. Every key has a default in `default.yaml`, which is the reference."""

from typing import Annotated

from pydantic import NonNegativeInt
from pydantic_settings import BaseSettings, SettingsConfigDict

from synth_assets.generation.spec import GenerationProfile
from synth_assets.hashing import digest_json
from synth_assets.profile.dedup import DedupProfile
from synth_assets.profile.filtering import FilteringProfile
from synth_assets.profile.ingest import IngestProfile
from synth_assets.profile.modeling import LanguagePair, ReferenceModel, TranslatorModel
from synth_assets.profile.packing import PackingProfile
from synth_assets.profile.release import ReleaseProfile
from synth_assets.profile.rewriting import RewritingProfile
from synth_assets.profile.running import ExecutorProfile, ScheduleProfile
from synth_assets.profile.section import Language, Name, Owner, TurnOff
from synth_assets.profile.sql import SqlProfile
from synth_assets.profile.takedown import TakedownProfile
from synth_assets.profile.translation import TranslationProfile


class Profile(BaseSettings):
    """Everything that shapes the corpora."""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        env_prefix="SYNTH_ASSETS__",
        env_nested_delimiter="__",
    )

    name: Name
    owners: list[Owner]
    seed: NonNegativeInt
    root: str
    ingest: IngestProfile
    filtering: FilteringProfile
    generation: GenerationProfile
    rewriting: RewritingProfile
    translation: TranslationProfile
    dedup: DedupProfile
    packing: PackingProfile
    releases: Annotated[dict[Name, ReleaseProfile], TurnOff]
    reference_lms: Annotated[dict[Language, ReferenceModel], TurnOff]
    translation_models: Annotated[dict[LanguagePair, TranslatorModel], TurnOff]
    takedowns: TakedownProfile
    sql: SqlProfile
    executor: ExecutorProfile
    schedule: ScheduleProfile

    @property
    def hash(self) -> str:
        """16 hex digits that name the frozen profile."""
        return digest_json(self.model_dump(mode="json"))[:16]
