-- corpus: translated/*
-- severity: warn
-- description: At most 5 % of the translations have less than half or more than three times the characters of their source.
WITH pairs AS (
    SELECT this.doc_id, length(this.text) / greatest(length(inputs.text), 1) AS ratio
    FROM this
    JOIN inputs ON inputs.doc_id = this.parent_ids[1]
),
outside AS (SELECT * FROM pairs WHERE ratio < 0.5 OR ratio > 3)
SELECT * FROM outside
WHERE (SELECT count(*) FROM outside) > 0.05 * (SELECT count(*) FROM pairs)
ORDER BY ratio
