-- corpus: packed
-- severity: error
-- blocking: true
-- description: The spans of every sequence cover all of its tokens, one after the other.
SELECT seq_id, n_tokens, len(input_ids) AS stored, spans
FROM this
WHERE n_tokens <> len(input_ids)
   OR n_tokens <> list_sum(list_transform(spans, lambda span: span."end" - span.start))
   OR spans[1].start <> 0
   OR cu_seqlens <> list_concat([0], list_transform(spans, lambda span: span."end"))
