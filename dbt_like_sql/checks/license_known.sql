-- corpus: raw_web
-- severity: warn
-- description: Every page has a licence, from its input or from the profile's licence rules.
SELECT regexp_extract(url, '^[a-z]+://[^/]+') AS site, count(*) AS pages
FROM this
WHERE license IS NULL
GROUP BY site
ORDER BY pages DESC
