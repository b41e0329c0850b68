-- Tokens, hours and money that every generated corpus took, by batch, and per kept token.
SELECT
    corpus, -- the generated corpus
    batch, -- the batch
    model, -- models that wrote for it
    requests, -- sent to an engine
    prompt_tokens, -- read by the model
    completion_tokens, -- written by the model
    seconds / 3600 AS hours, -- of a busy engine
    gpu_seconds / 3600 AS gpu_hours, -- hours times GPUs
    cost, -- money, null where no price is known
    currency, -- of the cost
    kept_tokens, -- tokens of the documents kept
    completion_tokens / nullif(kept_tokens, 0) AS written_per_kept_token, -- completion tokens per kept token
    cost / nullif(kept_tokens, 0) AS cost_per_kept_token -- money per kept token
FROM accounts
ORDER BY corpus, batch
