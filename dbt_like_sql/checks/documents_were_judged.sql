-- corpus: deduped
-- severity: error
-- blocking: true
-- description: Every document was judged: it has a signature in this batch.
SELECT doc_id
FROM this
WHERE doc_id NOT IN (SELECT doc_id FROM signatures)
