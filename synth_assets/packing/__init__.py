"""Deduplicated documents as token sequences that a trainer can read.

What the parts of this room agree on:

**Document store** (`packing/documents.py`). The tokens of every document of a batch are computed
once per (text, tokenizer, framing) and lie beside `packed`, published with it: a sidecar table
`documents` with one row per document that has tokens

    doc_id, text_key, kind, recipe, lang, source, tier, license, offset, n_tokens, n_framing

and an attachment `tokens.bin`, all tokens end to end, little-endian, 2 bytes each where the
vocabulary has at most 65,536 ids and 4 otherwise. `offset` and `n_tokens` count tokens in it.
*Framing* is what stands around a document's own tokens: its end-of-text token and, where asked
for, its id (source-aware training); both lie in the file, and `n_tokens` counts them.
`open_documents(store, batch)` gives the table and the memory-mapped tokens. A rerun with the same
tokenizer and framing takes over the tokens of each document whose id and text are the same.

**Stratum.** (kind, recipe, lang, source, tier), `STRATUM` in `packing/strata.py`. `source` is the
name that the profile's `packing.sources` gives to the start of a URL or of an input file's name,
null where none fits: a stratum per domain would leave thousands of half-empty sequences. `tier` is
the tier that the filter gave the page, null for most made documents.

**Packed rows** (`packing/sequences.py`, `COLUMNS`). Every stratum of a batch is packed apart, for
every length of `packing.sequence_lengths`, so a row belongs to one stratum, whose columns it
carries beside `seq_len`; every document lies once in the rows of each length. Spans trace tokens to
documents: tokens start..end of the row are tokens doc_start.. of the framed document doc_id.

**Planning and gathering** are for everyone: `plan(lengths, capacity, method)` in `packing/plan.py`
says which piece of which document lies in which sequence; `Gatherer(documents, tokens, ...)` in
`packing/sequences.py` makes packed rows of a plan over any documents, of several batches too.
`release` chooses whole documents, and plans and gathers them again from the document stores, since
a packed row may hold a part of a document and planning takes a second per million of them.

**Exports** (`packing/export/`) write a stream of packed rows: `export_rows(rows, folder, ...)`.
"""
