-- Documents and tokens by site and licence, of every corpus and batch.
SELECT
    corpus, -- the corpus
    batch, -- the batch
    coalesce(regexp_extract(url, '^[a-z]+://([^/:]+)', 1), source.file) AS site, -- host, or the input file of pages without address
    license, -- declared licence
    count(*) AS documents, -- documents
    sum(n_tokens)::BIGINT AS tokens -- tokens under the packing tokenizer
FROM documents
GROUP BY ALL
ORDER BY corpus, batch, tokens DESC
