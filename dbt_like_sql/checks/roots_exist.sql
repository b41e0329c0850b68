-- corpus: filtered
-- severity: error
-- description: Every document descends from a page of raw_web.
SELECT DISTINCT this.doc_id, root.id AS root_id
FROM this
LEFT JOIN unnest(this.root_ids) AS root (id) ON true
WHERE root.id IS NULL
   OR root.id NOT IN (SELECT doc_id FROM inputs)
