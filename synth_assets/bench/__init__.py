"""Measured things: benchmarks that anyone who has the package can run, `synth-assets bench`."""
