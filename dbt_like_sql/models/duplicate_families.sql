-- Clusters of duplicates with the document that stayed, the largest first.
SELECT
    cluster_id, -- the document that stayed
    any_value(documents.url) AS url, -- its address
    any_value(documents.lang) AS lang, -- its language
    count(DISTINCT clusters.doc_id) AS members, -- documents of the cluster, the kept one among them
    count(DISTINCT clusters.batch) AS batches, -- batches that the cluster reached
    left(any_value(documents.text), 200) AS beginning -- how its text begins
FROM clusters
LEFT JOIN documents ON documents.doc_id = clusters.cluster_id AND documents.corpus = 'deduped'
GROUP BY cluster_id
ORDER BY members DESC, cluster_id
