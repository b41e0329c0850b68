"""What all definitions share: the batch partitions, asset keys, names."""

import dagster as dg

GROUP = "corpora"
BITEXT_GROUP = "bitext"
LINE_JOB = "corpora"
PLAN_JOB = "plan_batches"
LAW_CHECK = "conservation"
FORCE_TAG = "synth_assets/force"
RETRY_FAILED_TAG = "synth_assets/retry_failed"
REPUBLISH_TAG = "synth_assets/republish"
WAITING_TAG = "synth_assets/waiting"
"""Of a run whose `deduped` could not be judged yet; `WAITS_FOR_TAG` names the earlier batch."""
WAITS_FOR_TAG = "synth_assets/waits_for"
PARTITION_TAG = "dagster/partition"

ACTIVE = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
"""States of a run that has not ended."""

batches = dg.DynamicPartitionsDefinition(name="batch")
"""One partition per planned batch."""


def asset_key(corpus: str) -> dg.AssetKey:
    """rewritten/faq is the key ["rewritten", "faq"]."""
    return dg.AssetKey(corpus.split("/"))
