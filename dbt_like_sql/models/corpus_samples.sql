-- Five documents of every corpus and batch to read, chosen by their ids, which are digests.
SELECT
    corpus, -- the corpus
    batch, -- the batch
    doc_id, -- the document
    lang, -- its language
    kind, -- natural, rewritten, translated or edited
    recipe, -- the recipe that made the text
    url, -- address of the page
    n_words, -- words of the whole text
    left(text, 2000) AS text -- the first 2,000 characters
FROM documents
QUALIFY row_number() OVER (PARTITION BY corpus, batch ORDER BY doc_id) <= 5
ORDER BY corpus, batch, doc_id
