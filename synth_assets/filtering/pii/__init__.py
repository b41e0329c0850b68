"""Personal data in texts: found, counted, replaced by typed placeholders.

Each kind has a module that finds its spans and validates them; what only looks alike (versions,
private addresses, dates, article numbers) stays. `masking` makes of a page with personal data a
document of its own.
"""
