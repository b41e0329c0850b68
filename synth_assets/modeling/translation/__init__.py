"""Small translation models, trained from a bitext on a CPU or GPU."""
