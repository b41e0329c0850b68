"""The disposable index: one SQLite file a batch, made from the published Parquet alone."""
