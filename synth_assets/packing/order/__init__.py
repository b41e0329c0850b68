"""In which order a phase's documents are read, where it is not random."""
