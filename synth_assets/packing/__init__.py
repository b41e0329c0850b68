"""Deduplicated documents as token sequences that a trainer can read."""
