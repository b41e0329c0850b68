-- corpus: deduped
-- severity: error
-- description: Of every cluster of duplicates that has documents of this batch alone, at most one is kept.
SELECT cluster_id, count(*) FILTER (kept) AS kept, count(*) AS members
FROM clusters
GROUP BY cluster_id
HAVING count(*) FILTER (kept) > 1 AND count(DISTINCT batch) = 1
