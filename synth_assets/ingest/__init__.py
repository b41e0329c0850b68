"""From files to raw documents: batch planning, WARC, HTML to text, JSONL, Parquet."""
