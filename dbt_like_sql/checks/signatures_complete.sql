-- corpus: signatures
-- severity: error
-- blocking: true
-- description: Every document of every input corpus has a signature.
SELECT doc_id
FROM inputs
WHERE doc_id NOT IN (SELECT doc_id FROM this)
