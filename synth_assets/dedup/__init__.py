"""Exact and near duplicates over everything that was ever admitted."""
