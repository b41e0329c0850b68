"""Documents translated sentence by sentence, with their structure, code and identifiers kept."""
