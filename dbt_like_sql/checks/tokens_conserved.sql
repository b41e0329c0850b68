-- corpus: deduped
-- severity: error
-- blocking: true
-- description: Every token that was read is kept or dropped.
SELECT
    sum(tokens) FILTER (outcome = 'read') AS read,
    sum(tokens) FILTER (outcome = 'kept') AS kept,
    coalesce(sum(tokens) FILTER (outcome = 'dropped'), 0) AS dropped
FROM counts
HAVING read <> kept + dropped
