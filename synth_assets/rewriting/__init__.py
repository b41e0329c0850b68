"""Rewriting: recipes that make new documents out of natural ones, one file each."""
