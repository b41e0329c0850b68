-- corpus: raw_web, filtered, rewritten/*, translated/*, deduped, signatures
-- severity: error
-- blocking: true
-- description: Every doc_id occurs once.
SELECT doc_id, count(*) AS times
FROM this
GROUP BY doc_id
HAVING count(*) > 1
ORDER BY times DESC, doc_id
