"""What the columns mean that corpora have beside a document's, with their units."""

from synth_assets.corpus.schema import DESCRIPTIONS

_SHARE = "share from 0 to 1"

_GRAMS = {
    f"gopher_duplicate_{n}grams": f"characters in repeated {n}-grams of words, {_SHARE}"
    for n in range(5, 11)
} | {
    f"gopher_top_{n}grams": f"characters in the most frequent {n}-gram of words, {_SHARE}"
    for n in range(2, 5)
}

_MASKED = {
    f"pii_{name}": f"{what} that were masked, a count"
    for name, what in {
        "email": "e-mail addresses",
        "iban": "bank account numbers",
        "card": "payment card numbers",
        "ip": "IP addresses",
        "phone": "telephone numbers",
    }.items()
}

_OF_STAGES = {
    # raw_web
    "canonical_url": "the address that the page itself names as its own",
    "domain": "registered domain of the address",
    "lang_hint": "language that the page or its server declares",
    "content_type": "media type that the server declared",
    "charset": "character encoding that the text was decoded from",
    "published_at": "when the page says that it was published, UTC",
    # filtered
    "blocked_by": "name of the block list that has the page's address or domain; null where none",
    "lang_confidence": f"language id's confidence in `lang`, {_SHARE}",
    "lang_share": f"text in `lang`, {_SHARE} of the characters",
    "gopher_words": "words as Gopher's rules count them",
    "gopher_mean_word_length": "characters per word",
    "gopher_words_with_letters": f"words with a letter, {_SHARE}",
    "gopher_symbols_per_word": "hash signs and ellipses per word",
    "gopher_bullet_lines": f"lines that begin with a bullet, {_SHARE}",
    "gopher_ellipsis_lines": f"lines that end in an ellipsis, {_SHARE}",
    "gopher_stop_words": "different stop words of the language, a count",
    "gopher_duplicate_lines": f"lines that repeat an earlier one, {_SHARE}",
    "gopher_duplicate_line_chars": f"characters in repeated lines, {_SHARE}",
    "gopher_duplicate_paragraphs": f"paragraphs that repeat an earlier one, {_SHARE}",
    "gopher_duplicate_paragraph_chars": f"characters in repeated paragraphs, {_SHARE}",
    "c4_sentences": "sentences as C4's rules count them",
    "c4_curly_brackets": "curly brackets, a count",
    "c4_lorem_ipsum": "times that lorem ipsum stands in the text",
    "c4_policy_lines": f"lines of cookie and privacy notices, {_SHARE}",
    "fineweb_punctuated_lines": f"lines that end in punctuation, {_SHARE}",
    "fineweb_short_lines": f"lines of at most 30 characters, {_SHARE}",
    "fineweb_duplicate_line_chars": f"characters in repeated lines, {_SHARE}",
    "fineweb_newlines_per_word": "line breaks per word",
    "bad_word_share": f"characters in listed words, {_SHARE}",
    "boilerplate_share": f"characters in lines that many pages of the domain have, {_SHARE}",
    "perplexity": "per token under the language's reference model; null where there is none",
    "perplexity_tier": "head, middle or tail by the profile's limits of perplexity",
    "evaluation_item": "the evaluation item that the text holds; null where none was found",
    "evaluation_words": "the words that the text shares with that item",
    "toxicity": "none, some or high, by listed words",
    "quality_tier": "low, medium or high",
    "speech_type": "type of speech, by the shape of the lines",
    "year": "calendar year that the page is of",
    "year_of": "whether that year is when the page was published or fetched",
    "unknown": "reasons why columns of traits are null, one each",
    # rewritten and translated
    "relation": "how the text stands to its parent: adds, supersedes or extends",
    "n_answers": "answers of the model that the text was made of, a count",
    "length_ratio": "words per word of the parent",
    "prompt_lang": "language of the prompt; null where there was none",
    "n_segments": "segments of the text, a count",
    "n_copied": "segments without words to translate, a count",
    "n_restored": "segments in which protected spans were put back, a count",
    "n_protected": "protected spans such as code and links, a count",
    "n_mapped_chars": "characters replaced because the model lacks them, a count",
    "copy_ratio": f"words that the source has too, {_SHARE}",
    "round_trip_chrf": "of a sample, chrF of what came back against the source, 0 to 100",
    # signatures and deduped
    "row": "number of the row in the batch's bands and signatures",
    "corpus": "corpus that holds the text",
    "row_group": "row group of that corpus's file, from 0",
    "family": "its own, its parents' and its roots' ids",
    "n_shingles": "runs of words that the signature is of, a count",
    "tier": "quality tier that the filter gave the page",
    "cluster_root": "of dropped rows: the document that stayed for this one",
    "similarity": "of dropped rows: Jaccard similarity to `duplicate_of`, from 0 to 1",
    # packed
    "seq_id": "digest of tokenizer and framing, the length and the spans",
    "seq_len": "tokens that the sequence can hold",
    "input_ids": "token ids, unpadded",
    "cu_seqlens": "offsets of the document boundaries in tokens, from 0 to n_tokens",
    "spans": "document behind every token: start and end in tokens here, doc_start in the document",
    "n_pad": "tokens missing to the sequence length",
}

_OF_RECIPES = {
    "style": "style that was asked for",
    "strategy": "form that was asked for",
    "passage": "number of the parent's passage, from 0",
    "n_passages": "passages that the text was made of, a count",
    "n_verbatim": "passages kept as they were, a count",
    "n_asked": "tasks that were asked for, a count",
    "n_pairs": "questions with answers in the text, or pairs of entities, a count",
    "n_pairs_written": "questions with answers that the model wrote, a count",
    "n_candidates": "candidates that were judged, a count",
    "n_kept": "candidates that were kept, a count",
    "n_written": "tasks that the model wrote, a count",
    "n_unsupported": "tasks left out because the text does not bear them out, a count",
    "n_items": "lines of the list, a count",
    "n_errors": "errors that were put in, or programs that could not be run, a count",
    "n_entities": "entities found, a count",
    "n_thought_words": "words of the thoughts, a count",
    "n_tokens_scored": "tokens that the model judged, a count",
    "n_eligible": "tokens that could have been replaced, a count",
    "n_foreign_numbers": "numbers that the parent does not have, a count",
    "added_at": "character of the text from which on it was added to the parent's",
    "inserted": "ranges of characters that were added to the parent's text",
    "edits": "what was changed, where, before and after",
    "pairs": "questions and answers, or ranges of characters that belong together",
    "tasks": "tasks with their passage, kind, instruction and response",
    "queries": "queries that find the text, with their ranks and scores",
    "entities": "entities of the parent that the text is about",
    "graph_kind": "whether the text is about one entity or several",
    "instruction": "the instruction that the text answers",
    "response": "the response to it",
    "score": "what a judge gave, as a number",
    "reasoning": "the model's thoughts before the text",
    "quality": "measured quality of the text",
    "parent_quality": "measured quality of the parent",
    "parent_reason": "rule that had dropped the parent",
    "template_id": "number of the template that the tasks stand in",
    "doc_program": "program that judged the whole document",
    "chunk_program": "program that edited its lines",
    "kept_ratio": f"characters of the parent that were kept, {_SHARE}",
    "edit_share": f"tokens that were replaced, {_SHARE}",
    "threshold": "probability from which on a token counts as predictable, from 0 to 1",
    "passage_end": "character at which the passage ends",
}

COLUMN_DESCRIPTIONS = {**DESCRIPTIONS, **_OF_STAGES, **_OF_RECIPES, **_GRAMS, **_MASKED}
"""By column's name, of all corpora."""

PACKED = {
    "source": "name that the profile gives to the start of the address or input file",
    "n_tokens": "tokens of the sequence, EOS among them",
}
"""What the same name means in packed rows."""


def description_of(corpus: str, column: str) -> str | None:
    """What a column of a corpus holds; None of one that a user's recipe adds."""
    own = PACKED if corpus == "packed" else {}
    return own.get(column) or COLUMN_DESCRIPTIONS.get(column)
