-- Documents and tokens by language, of every corpus and batch.
SELECT
    corpus, -- the corpus
    batch, -- the batch
    lang, -- FLORES code; und where unknown
    count(*) AS documents, -- documents
    sum(n_tokens)::BIGINT AS tokens, -- tokens under the packing tokenizer
    sum(n_tokens) / nullif(sum(sum(n_tokens)) OVER (PARTITION BY corpus, batch), 0) AS share -- of the batch's tokens
FROM documents
GROUP BY corpus, batch, lang
ORDER BY corpus, batch, tokens DESC
