-- corpus: packed
-- severity: error
-- blocking: true
-- description: No sequence occurs twice.
SELECT seq_id, count(*) AS times
FROM this
GROUP BY seq_id
HAVING count(*) > 1
