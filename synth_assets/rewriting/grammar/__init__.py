"""Mistakes made on purpose: rules of a language that spoil correct sentences, each edit logged."""
