"""Gates: named rules that a generated text must pass, one idea per file."""
