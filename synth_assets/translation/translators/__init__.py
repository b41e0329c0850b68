"""How a segment becomes a request, and what its answer says: translation models and prompts."""
