-- Every step from a document to what was made of it: by filter, recipe or translation, as a duplicate, into sequences.
SELECT
    corpus, -- the corpus that holds the child
    batch, -- its batch
    doc_id AS child_id, -- what was made
    unnest(parent_ids) AS parent_id, -- what it was made from
    'made' AS relation -- made, duplicates or packed
FROM documents
WHERE len(parent_ids) > 0
  AND (corpus <> 'deduped' OR parent_ids[1] IN (SELECT doc_id FROM documents WHERE corpus = 'filtered') AND kind = 'natural')
UNION ALL
SELECT corpus, batch, doc_id, duplicate_of, 'duplicates'
FROM dropped
WHERE duplicate_of IS NOT NULL
UNION ALL
SELECT 'packed', batch, seq_id, unnest(list_distinct(list_transform(spans, lambda span: span.doc_id))), 'packed'
FROM packed
