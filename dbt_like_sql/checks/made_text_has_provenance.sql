-- corpus: rewritten/*, translated/*
-- severity: error
-- blocking: true
-- description: Every made text names its recipe, its version, its model and its roots.
SELECT doc_id, recipe, recipe_version, model, root_ids
FROM this
WHERE recipe IS NULL
   OR recipe_version IS NULL
   OR model IS NULL
   OR len(root_ids) = 0
   OR kind = 'natural'
