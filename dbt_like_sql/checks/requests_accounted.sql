-- corpus: rewritten/*, translated/*
-- severity: error
-- blocking: true
-- description: As many requests are listed as accepted, rejected and failed as were counted.
WITH listed AS (SELECT 'requests_' || outcome AS name, count(*) AS requests FROM requests GROUP BY outcome)
SELECT coalesce(listed.name, figures.name) AS name, listed.requests AS listed, figures.value AS counted
FROM listed
FULL JOIN (FROM figures WHERE name LIKE 'requests\_%' ESCAPE '\') AS figures USING (name)
WHERE coalesce(listed.requests, 0) <> coalesce(figures.value, 0)
