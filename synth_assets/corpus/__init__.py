"""The corpus contract: document schema, ids, store, dropped rows, conservation laws."""
