"""raw_web -> filtered: language identification, quality rules, exact duplicates."""
