"""Data-quality checks over published corpora: SQL files that return the failing rows."""
