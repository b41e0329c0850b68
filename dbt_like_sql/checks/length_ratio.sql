-- corpus: translated/*
-- severity: warn
-- tolerance: 5 %
-- description: At most 5 % of the translations have less than half or more than three times the characters of their source.
SELECT this.doc_id, this.n_chars / greatest(inputs.n_chars, 1) AS ratio
FROM this
JOIN inputs ON inputs.doc_id = this.parent_ids[1]
WHERE ratio < 0.5 OR ratio > 3
