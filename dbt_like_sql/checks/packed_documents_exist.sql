-- corpus: packed
-- severity: error
-- blocking: true
-- description: Every packed token belongs to a document of the deduplicated corpus.
SELECT DISTINCT span.doc_id
FROM this, unnest(this.spans) AS item (span)
WHERE span.doc_id NOT IN (SELECT doc_id FROM inputs)
