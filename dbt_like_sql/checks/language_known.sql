-- corpus: filtered
-- severity: warn
-- description: At most 5 % of the documents are in a language that language id does not know.
SELECT count(*) FILTER (WHERE lang = 'und') AS unknown, count(*) AS documents
FROM this
HAVING count(*) FILTER (WHERE lang = 'und') > 0.05 * count(*)
