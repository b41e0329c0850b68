-- corpus: rewritten/*, translated/*
-- severity: warn
-- description: Of the documents taken up, one in five or more becomes text. For a band of one recipe's own, add a file with its corpus.
WITH parents AS (
    SELECT
        coalesce(sum(value) FILTER (name = 'parents_with_children'), 0) AS made,
        coalesce(sum(value) FILTER (name IN ('parents_with_children', 'parents_dropped', 'parents_failed')), 0) AS taken
    FROM figures
)
SELECT made, taken, made / taken AS yield
FROM parents
WHERE taken >= 20 AND made < 0.2 * taken
