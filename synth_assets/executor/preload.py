"""Imported once by the fork server, so that each step starts in a fraction of a second: the
definitions, what steps need and definitions do without, and the models of language identification.

Nothing here may start a thread: children are forked from this state.
"""

from contextlib import suppress

import alembic  # noqa: F401
import dagster._core.storage.event_log.sqlite
import dagster._core.storage.runs.sqlite
import dagster._core.storage.schedules.sqlite  # noqa: F401
import numba  # noqa: F401
import sqlalchemy  # noqa: F401

import synth_assets.dedup.stage
import synth_assets.definitions
import synth_assets.executor.dagster_private
import synth_assets.filtering.stage
import synth_assets.generation.money.accounting
import synth_assets.generation.stage
import synth_assets.ingest.stage
import synth_assets.packing.release.build
import synth_assets.packing.stage
import synth_assets.quality.lineage
import synth_assets.report.card.page
import synth_assets.rewriting.rejects
import synth_assets.rewriting.work
import synth_assets.takedown.apply  # noqa: F401
from synth_assets.filtering.language import identify

with suppress(Exception):  # a fault is the step's to report
    identify("Nearly every step asks in which language a text is, and compiled code answers.")
