"""Models behind a URL of the OpenAI API: vLLM, SGLang, `transformers serve`, hosted ones.

The API: https://platform.openai.com/docs/api-reference, `/completions` and `/chat/completions`,
not streamed. What servers add or leave out was read in transformers 5.23 (`cli/serving`).
"""

from synth_assets.generation.engines.openai.engine import OpenAIEngine, open_openai

__all__ = ["OpenAIEngine", "open_openai"]
