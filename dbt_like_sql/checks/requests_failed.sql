-- corpus: rewritten/*, translated/*
-- severity: warn
-- description: At most 5 % of the requests failed for good.
SELECT count(*) FILTER (outcome = 'failed') AS failed, count(*) AS requests
FROM requests
HAVING failed > 0.05 * count(*)
