-- corpus: deduped
-- severity: error
-- blocking: true
-- description: Every token that was read is kept, dropped, or taken out with a repeated paragraph.
SELECT
    sum(tokens) FILTER (outcome = 'read') AS read,
    sum(tokens) FILTER (outcome = 'kept') AS kept,
    coalesce(sum(tokens) FILTER (outcome = 'dropped'), 0) AS dropped,
    coalesce((SELECT sum(value) FROM figures WHERE name = 'tokens_taken_out'), 0) AS taken_out
FROM counts
HAVING read <> kept + dropped + taken_out
