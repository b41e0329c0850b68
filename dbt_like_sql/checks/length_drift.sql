-- corpus: raw_web, filtered, rewritten/*, translated/*, deduped
-- severity: warn
-- description: Tokens per document stay within five spreads of the median of earlier batches. The spread is their median absolute deviation, scaled to a standard deviation and at least 5 % of the median; three earlier batches are needed.
WITH history AS (
    SELECT kept_tokens / kept_documents AS length FROM earlier WHERE kept_documents >= 20
),
usual AS (
    SELECT
        median(length) AS middle,
        greatest(1.4826 * mad(length), 0.05 * median(length)) AS spread,
        count(*) AS batches
    FROM history
),
now AS (
    SELECT tokens / documents AS length FROM counts WHERE outcome = 'kept' AND documents >= 20
)
SELECT now.length AS tokens_per_document, middle, spread, batches
FROM now, usual
WHERE batches >= 3 AND abs(now.length - middle) > 5 * spread
