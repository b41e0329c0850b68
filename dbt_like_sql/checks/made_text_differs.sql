-- corpus: rewritten/*, translated/*
-- severity: warn
-- tolerance: 2 %
-- description: At most 2 % of the made texts are the text they were made from.
SELECT this.doc_id, inputs.doc_id AS parent_id
FROM this
JOIN inputs ON inputs.doc_id = this.parent_ids[1]
WHERE this.content_hash = inputs.content_hash
