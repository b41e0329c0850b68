-- corpus: raw_web, filtered, rewritten/*, translated/*, deduped
-- severity: error
-- blocking: true
-- description: As many rows and tokens are stored, kept and dropped by reason, as were counted.
WITH stored AS (
    SELECT 'kept' AS outcome, NULL AS reason, count(*) AS documents, coalesce(sum(n_tokens), 0) AS tokens
    FROM this
    UNION ALL
    SELECT 'dropped', drop_reason, count(*), coalesce(sum(n_tokens), 0)
    FROM dropped
    GROUP BY drop_reason
),
counted AS (SELECT outcome, reason, documents, tokens FROM counts WHERE outcome <> 'read')
(SELECT 'stored' AS side, * FROM (FROM stored EXCEPT FROM counted))
UNION ALL
(SELECT 'counted' AS side, * FROM (FROM counted EXCEPT FROM stored))
