-- What every gate let pass, by generated corpus and batch.
SELECT
    corpus, -- the generated corpus
    batch, -- the batch
    gate, -- the rule that a generated text must pass
    judged, -- texts judged
    refused, -- texts that it was the first to refuse
    acceptance_rate -- share that it let pass
FROM gates
ORDER BY corpus, batch, acceptance_rate
