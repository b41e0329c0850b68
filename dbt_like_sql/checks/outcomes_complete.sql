-- corpus: rewritten/*, translated/*
-- severity: error
-- blocking: true
-- description: Every input document has exactly one outcome.
SELECT inputs.doc_id, count(outcomes.outcome) AS outcomes
FROM inputs
LEFT JOIN outcomes ON outcomes.doc_id = inputs.doc_id
GROUP BY inputs.doc_id
HAVING count(outcomes.outcome) <> 1
