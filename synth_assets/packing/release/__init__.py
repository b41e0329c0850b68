"""A release: training data with a written recipe of what is inside.

A release is declared in the profile under `releases` and made of all packed batches. Documents are
chosen by component, language and kind until each has the tokens that its weight asks for
(`packing.mixture`), put in order (`packing.order`), packed anew from the batches' document stores,
and written in the forms that `export` names. It always chooses whole documents: a sequence of
`packed` may hold a part of a long one.

    releases/<name>/<version>/manifest.json      what was declared and what is inside
                              documents.parquet  every document, how often, under which component
                              <format>/<phase>/<prefix>/...
    releases/<name>/controls/...                 the same for a comparison, where asked for
    releases/<name>/newest.json                  the version that was made last

Callers write `card.html` beside the manifest, which does not list it; see `report.card`.

The version is the digest of all that shapes the bytes: declaration, seed, tokenizer, batches. What
was published under a version never changes. A takedown marks it with `withdrawn.json`; to withdraw
it otherwise, delete its folder.
"""
