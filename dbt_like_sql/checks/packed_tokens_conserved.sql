-- corpus: packed
-- severity: error
-- blocking: true
-- description: At every sequence length, each document's framed tokens are packed once and whole.
WITH lengths AS (SELECT DISTINCT seq_len FROM this),
packed AS (
    SELECT this.seq_len, span.doc_id, sum(span."end" - span.start) AS tokens
    FROM this, unnest(this.spans) AS item (span)
    GROUP BY this.seq_len, span.doc_id
),
due AS (SELECT seq_len, doc_id, n_tokens FROM documents, lengths)
SELECT coalesce(due.doc_id, packed.doc_id) AS doc_id, seq_len, due.n_tokens AS due, packed.tokens AS packed
FROM due
FULL JOIN packed USING (seq_len, doc_id)
WHERE due.n_tokens IS DISTINCT FROM packed.tokens
