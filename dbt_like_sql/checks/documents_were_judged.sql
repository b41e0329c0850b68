-- corpus: deduped
-- severity: error
-- blocking: true
-- description: Every document was judged: it has a signature in this batch.
SELECT doc_id
FROM this
WHERE doc_id NOT IN (SELECT doc_id FROM signatures)
  -- a page from which paragraphs were taken is a child of the one that was judged
  AND (kind <> 'natural' OR coalesce(parent_ids[1], '') NOT IN (SELECT doc_id FROM signatures))
