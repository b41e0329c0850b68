-- corpus: filtered
-- severity: warn
-- tolerance: 5 %
-- description: At most 5 % of the documents are in a language that language id does not know.
SELECT doc_id, url FROM this WHERE lang = 'und'
