-- corpus: filtered, deduped
-- severity: error
-- description: Every row dropped as a duplicate names another document.
SELECT doc_id, drop_reason, duplicate_of
FROM dropped
WHERE drop_reason IN ('exact_duplicate', 'near_duplicate', 'semantic_duplicate', 'repeated_paragraphs', 'same_page', 'too_close_to_family')
  AND (duplicate_of IS NULL OR duplicate_of = doc_id)
