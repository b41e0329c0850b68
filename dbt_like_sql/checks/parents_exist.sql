-- corpus: filtered, rewritten/*, translated/*
-- severity: error
-- blocking: true
-- description: Every document, or the parent it was made from, stands in an input corpus.
SELECT this.doc_id, this.parent_ids
FROM this
WHERE this.doc_id NOT IN (SELECT doc_id FROM inputs)
  AND (
      len(this.parent_ids) = 0
      OR EXISTS (
          SELECT 1
          FROM unnest(this.parent_ids) AS parent (id)
          WHERE parent.id NOT IN (SELECT doc_id FROM inputs)
      )
  )
