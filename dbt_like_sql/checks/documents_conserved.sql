-- corpus: filtered, deduped
-- severity: error
-- blocking: true
-- description: Every document that was read is kept or dropped.
SELECT
    sum(documents) FILTER (outcome = 'read') AS read,
    sum(documents) FILTER (outcome = 'kept') AS kept,
    coalesce(sum(documents) FILTER (outcome = 'dropped'), 0) AS dropped
FROM counts
HAVING read <> kept + dropped
