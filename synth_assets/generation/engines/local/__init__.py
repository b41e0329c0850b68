"""Hugging Face models in this process, on a CPU or a GPU.

The folder needs torch, transformers and numpy, and of this project `generation/protocol.py` and
`errors.py` alone: copied together, they run and can be measured on any machine.
"""
