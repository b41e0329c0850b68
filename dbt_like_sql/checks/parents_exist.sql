-- corpus: filtered, rewritten/*, translated/*
-- severity: error
-- blocking: true
-- description: Every document, or the parent it was made from, stands in an input corpus.
WITH parents AS (
    SELECT doc_id, unnest(CASE WHEN len(parent_ids) = 0 THEN [NULL] ELSE parent_ids END) AS parent_id
    FROM this
    WHERE doc_id NOT IN (SELECT doc_id FROM inputs)
)
SELECT DISTINCT doc_id, parent_id
FROM parents
WHERE parent_id IS NULL
   OR parent_id NOT IN (SELECT doc_id FROM inputs)
