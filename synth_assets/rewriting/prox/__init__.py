"""ProX: small programs that a model writes to clean a document, and what carries them out."""
