-- corpus: translated/*
-- severity: error
-- blocking: true
-- description: Every translation is in one language, and that is not its parent's.
SELECT this.doc_id, this.lang, inputs.lang AS parent_lang
FROM this
JOIN inputs ON inputs.doc_id = this.parent_ids[1]
WHERE this.lang = inputs.lang
   OR this.lang <> (SELECT min(lang) FROM this)
