"""A data platform that turns raw web text into synthetic pretraining corpora."""

__version__ = "0.1.0"
