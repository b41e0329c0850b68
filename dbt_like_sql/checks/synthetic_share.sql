-- corpus: deduped
-- severity: warn
-- description: At most 90 % of the tokens stand in made documents.
SELECT
    coalesce(sum(n_tokens) FILTER (kind IN ('rewritten', 'translated')), 0) AS made,
    sum(n_tokens) AS tokens
FROM this
HAVING made > 0.9 * sum(n_tokens)
