"""The executor of a run: CPU steps in local children, GPU steps in the GPU lane."""
