-- Documents and tokens that every corpus read, kept and dropped, by batch and reason.
WITH total AS (
    SELECT corpus, batch, documents AS read FROM counts WHERE outcome = 'read'
)
SELECT
    counts.corpus, -- the corpus that read, kept or dropped
    counts.batch, -- the batch
    counts.outcome, -- read, kept or dropped
    counts.reason, -- rule that dropped; null of what was read or kept
    counts.documents, -- documents
    counts.tokens, -- tokens under the packing tokenizer
    counts.documents / nullif(total.read, 0) AS share -- of the documents that the corpus read
FROM counts
LEFT JOIN total USING (corpus, batch)
ORDER BY batch, corpus, outcome DESC, documents DESC
