-- corpus: filtered, rewritten/*, translated/*, deduped
-- severity: warn
-- description: Documents kept per document read stay within five spreads of the median of earlier batches. The spread is their median absolute deviation, scaled to a standard deviation and at least 0.02; three earlier batches are needed.
WITH history AS (
    SELECT kept_documents / read_documents AS yield FROM earlier WHERE read_documents >= 20
),
usual AS (
    SELECT median(yield) AS middle, greatest(1.4826 * mad(yield), 0.02) AS spread, count(*) AS batches
    FROM history
),
now AS (
    SELECT
        sum(documents) FILTER (outcome = 'kept') AS kept,
        sum(documents) FILTER (outcome = 'read') AS read
    FROM counts
)
SELECT kept / read AS yield, middle, spread, batches
FROM now, usual
WHERE read >= 20 AND batches >= 3 AND abs(kept / read - middle) > 5 * spread
