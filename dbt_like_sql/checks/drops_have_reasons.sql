-- corpus: raw_web, filtered, rewritten/*, translated/*, deduped
-- severity: error
-- blocking: true
-- description: Every dropped row names its reason, and none was kept as well.
SELECT doc_id, drop_reason
FROM dropped
WHERE drop_reason IS NULL
   OR drop_reason = ''
   OR doc_id IN (SELECT doc_id FROM this)
