-- corpus: raw_web, filtered, deduped
-- severity: warn
-- description: Every language's share of the documents stays within five spreads of its median in earlier batches. The spread is their median absolute deviation, scaled to a standard deviation and at least 0.03; three earlier batches are needed.
WITH now AS (
    SELECT lang, count(*) / sum(count(*)) OVER () AS share FROM this GROUP BY lang
),
counted AS (
    SELECT batch, lang, count(*) / sum(count(*)) OVER (PARTITION BY batch) AS share
    FROM earlier_documents
    GROUP BY batch, lang
),
grid AS (
    SELECT batches.batch, languages.lang
    FROM (SELECT DISTINCT batch FROM counted) AS batches,
        (SELECT lang FROM now UNION SELECT lang FROM counted) AS languages
),
usual AS (
    SELECT
        lang,
        median(coalesce(share, 0)) AS middle,
        greatest(1.4826 * mad(coalesce(share, 0)), 0.03) AS spread,
        count(*) AS batches
    FROM grid
    LEFT JOIN counted USING (batch, lang)
    GROUP BY lang
)
SELECT lang, coalesce(now.share, 0) AS share, middle, spread, batches
FROM usual
LEFT JOIN now USING (lang)
WHERE batches >= 3
  AND (SELECT count(*) FROM this) >= 20
  AND abs(coalesce(now.share, 0) - middle) > 5 * spread
