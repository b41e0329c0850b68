-- corpus: deduped
-- severity: error
-- blocking: true
-- description: No two natural documents have the same normalised text.
SELECT content_hash, count(*) AS times
FROM this
WHERE kind = 'natural'
GROUP BY content_hash
HAVING count(*) > 1
