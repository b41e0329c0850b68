"""Reference language models: what they are made of, trained from, and what they say of a text."""
