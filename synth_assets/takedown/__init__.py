"""Documents taken out again: the one exception to "what was published stays"."""
