"""The explorer's web page: read only, for this machine alone, without requests to elsewhere."""
