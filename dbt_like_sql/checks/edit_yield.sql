-- corpus: rewritten/toedit
-- severity: warn
-- description: At least one token in a thousand was changed; fewer edits leave the corpus as it was.
SELECT sum(len(edits)) AS changed, sum(n_tokens_scored) AS scored, changed / scored AS share
FROM this
HAVING changed < 0.001 * scored
