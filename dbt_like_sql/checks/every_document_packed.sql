-- corpus: packed
-- severity: error
-- blocking: true
-- description: Every document of the deduplicated corpus is packed or dropped with a reason.
SELECT doc_id
FROM inputs
WHERE doc_id NOT IN (SELECT doc_id FROM documents)
  AND doc_id NOT IN (SELECT doc_id FROM dropped)
