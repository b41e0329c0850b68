-- corpus: rewritten/*, translated/*
-- severity: warn
-- description: Of the documents taken up, one in five or more becomes text. For a band of one recipe's own, add a file with its corpus.
WITH parents AS (
    SELECT
        coalesce(sum(value) FILTER (name = 'parents_with_children'), 0) AS made,
        coalesce(sum(value) FILTER (name IN ('parents_with_children', 'parents_dropped', 'parents_failed')), 0) AS taken
    FROM figures
)
-- a recipe that keeps the best of its texts has made the others all the same
SELECT made + left_out AS made, taken, (made + left_out) / taken AS yield
FROM parents, (SELECT coalesce(sum(documents), 0) AS left_out FROM counts WHERE reason = 'not_among_the_best')
WHERE taken >= 20 AND made + left_out < 0.2 * taken
