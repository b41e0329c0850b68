-- corpus: filtered, deduped
-- severity: warn
-- description: At most half of the documents are dropped as duplicates.
SELECT
    coalesce(sum(documents) FILTER (reason IN ('exact_duplicate', 'near_duplicate', 'too_close_to_family')), 0) AS duplicates,
    sum(documents) FILTER (outcome = 'read') AS documents
FROM counts
HAVING duplicates > 0.5 * sum(documents) FILTER (outcome = 'read')
