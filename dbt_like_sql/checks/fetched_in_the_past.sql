-- corpus: raw_web
-- severity: warn
-- description: No page was fetched in the future, or before there was a web.
SELECT doc_id, url, fetched_at
FROM this
WHERE fetched_at > now() + INTERVAL 1 DAY
   OR fetched_at < TIMESTAMPTZ '1990-01-01 00:00:00+00'
