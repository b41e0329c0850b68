-- Share of made text by kind and recipe, of every corpus and batch.
SELECT
    corpus, -- the corpus
    batch, -- the batch
    kind, -- natural, rewritten, translated or edited
    recipe, -- the recipe that made the text
    count(*) AS documents, -- documents
    sum(n_tokens)::BIGINT AS tokens, -- tokens under the packing tokenizer
    sum(n_tokens) / nullif(sum(sum(n_tokens)) OVER (PARTITION BY corpus, batch), 0) AS share -- of the batch's tokens
FROM documents
GROUP BY corpus, batch, kind, recipe
ORDER BY corpus, batch, tokens DESC
