"""Programs that several recipes share."""

from collections.abc import Iterator

from synth_assets.rewriting.conversation import Conversation, Question, Written
from synth_assets.rewriting.joining import join


def by_passages(talk: Conversation) -> Iterator[Written]:
    """Every passage through the recipe's one step, and one text of what they became."""
    questions = [Question(passage) for passage in talk.passages]
    answers = talk.ask_all(talk.recipe.last_step, questions)
    yield Written(join(talk.recipe.join, [answer.text for answer in answers]), answers)
