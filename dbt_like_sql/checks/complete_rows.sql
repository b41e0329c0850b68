-- corpus: raw_web, filtered, rewritten/*, translated/*, deduped
-- severity: error
-- blocking: true
-- description: Every document has an id, a text, a language code, a kind and its counts.
SELECT doc_id, kind, lang, n_chars, n_words, n_tokens
FROM this
WHERE doc_id IS NULL
   OR text IS NULL
   OR NOT regexp_matches(text, '\S')
   OR lang IS NULL
   OR NOT (lang = 'und' OR regexp_full_match(lang, '[a-z]{2,3}_[A-Z][a-z]{3}'))
   OR kind NOT IN ('natural', 'rewritten', 'translated', 'edited')
   OR n_chars IS DISTINCT FROM length(text)
   OR n_words IS NULL
   OR n_tokens IS NULL
