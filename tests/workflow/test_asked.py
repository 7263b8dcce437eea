"""What people ask at a question has an answer of its own there."""

import pytest

from evalbook.workflow.asked import answer_to
from evalbook.workflow.turn import Choice, Question


@pytest.mark.parametrize(
    ("step", "asked", "answer"),
    [
        ("evaluation_type", "I have an agent, what kind do I need?", "Choose Help me decide"),
        ("evaluation_type", "Which fits a summariser?", "Choose Help me decide"),
        ("dataset", "Does my data leave the region? It's s3://b/cost.jsonl", "stay in your bucket"),
        ("data_sample", "what do you read?", "First a few KB"),
        ("execution_role", "Which role would work?", "checked again"),
        ("model", "why not version 3", "newest usable version"),
        ("judge_model", "which is best?", "The choice of the judge is yours alone"),
        ("builtin_metrics", "what would Helpfulness tell me?", "Helpfulness: Is it useful?"),
        ("confirm", "How much is it?", "costs nothing"),
        ("complete", "what do I do now?", "Run the notebook's cells in order"),
    ],
)
def test_a_question_is_answered_where_it_is_asked(step, asked, answer):
    question = Question("", choices=(Choice("Helpfulness", "Helpfulness", "Is it useful?"),))

    assert answer in (answer_to(asked, step, question) or "")


def test_what_is_not_known_has_no_answer():
    assert answer_to("Is it raining?", "region", Question("")) is None
