"""Scripts that are written without spaces."""

CHARACTERS_PER_WORD = 3
"""What an n-gram's size is multiplied by in scripts without spaces, where a "word" is one
character: five characters are hardly two words, and grammar alone repeats them."""
