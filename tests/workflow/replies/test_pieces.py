"""What of a reply answers other steps than the one that is asked."""

import pytest

from evalbook.workflow.replies.pieces import find_pieces

PACKAGE = "arn:aws:sagemaker:us-east-1:123456789012:model-package/support-bot/2"


@pytest.mark.parametrize(
    ("said", "pieces"),
    [
        ("evaluate ticket-summaries with nova pro on s3://acme/eval.jsonl, results to s3://acme-out/q4/",
         {"model": "ticket-summaries", "judge_model": "nova pro", "dataset": "s3://acme/eval.jsonl", "s3_output": "s3://acme-out/q4/"}),
        ("evaluate ticket-summaries with nova pro", {"model": "ticket-summaries", "judge_model": "nova pro"}),
        ("amazon.nova-pro-v1:0", {"judge_model": "amazon.nova-pro-v1:0"}),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0 as the judge", {"judge_model": "us.anthropic.claude-sonnet-4-5-20250929-v1:0"}),
        ("s3://acme/eval.jsonl", {"dataset": "s3://acme/eval.jsonl"}),
        ("Almost: write the results to s3://acme-out/q4.", {"s3_output": "s3://acme-out/q4"}),
        ("I also want Faithfulness, and call the folder tickets-q4", {"builtin_metrics": "also want Faithfulness", "project": "tickets-q4"}),
        ("change the judge to nova lite and drop Helpfulness", {"judge_model": "nova lite", "builtin_metrics": "drop Helpfulness"}),
        ("No, version 1 of ticket-summaries", {"model": "version 1 of ticket-summaries"}),
        ("version 3 please", {"model": "version 3"}),
        ("bedrock/amazon.nova-pro-v1:0", {"judge_model": "amazon.nova-pro-v1:0"}),
        ("openai/gpt-4-v2", {}),
        ("use role EvaluationRole and region Ireland", {"execution_role": "EvaluationRole", "region": "Ireland"}),
        ("run it as EvaluationRole in eu-west-1", {"execution_role": "EvaluationRole", "region": "eu-west-1"}),
        ("results in the same bucket, folder eval-out", {"s3_output": "the same bucket, folder eval-out"}),
        ("judge: nova pro; metrics: Correctness, Refusal; project: abc", {"judge_model": "nova pro", "builtin_metrics": "Correctness, Refusal", "project": "abc"}),
        ("dataset=s3://b/x.jsonl\nrole=EvaluationRole", {"dataset": "s3://b/x.jsonl", "execution_role": "EvaluationRole"}),
        ("my model is support-bot, data in s3://b/d.csv", {"model": "support-bot", "dataset": "s3://b/d.csv"}),
        (f"score {PACKAGE} please", {"model": PACKAGE}),
        ("Compare ticket-summaries version 3 with its base model", {"model": "version 3 of ticket-summaries"}),
        ("Run MMLU for me", {"benchmark": "mmlu"}),
        ("LLM as a judge, with Claude Haiku 4.5", {"evaluation_type": "llm_as_judge", "judge_model": "Claude Haiku 4.5"}),
        ("let nova pro be the judge", {"judge_model": "nova pro"}),
        ("Save everything to s3://acme-out/q4/ and append it to old.ipynb", {"s3_output": "s3://acme-out/q4/", "notebook": "old.ipynb"}),
        ("encrypt the results with alias/prod", {"kms_key": "alias/prod"}),
        ("call the run tickets-2", {"run_name": "tickets-2"}),
        ("it was trained to answer billing questions; data: s3://b/d.jsonl", {"task": "answer billing questions", "dataset": "s3://b/d.jsonl"}),
        ("s3://acme-out/q4/ for the results", {"s3_output": "s3://acme-out/q4/"}),
        ("only the fine-tuned model", {"scope": "fine_tuned_only"}),
        ("arn:aws:iam::123456789012:role/Eval", {"execution_role": "arn:aws:iam::123456789012:role/Eval"}),
        ("on ml.g5.12xlarge please", {"compute": "ml.g5.12xlarge"}),
        ("without Helpfulness", {"builtin_metrics": "without Helpfulness"}),
        ("a new notebook in project tickets", {"notebook": "new"}),
    ],
)  # fmt: skip
def test_pieces_are_found_for_their_steps(said, pieces):
    found = find_pieces(said)

    assert {piece.step: piece.said for piece in found.pieces} == pieces


@pytest.mark.parametrize(
    ("said", "rest"),
    [
        ("Results to s3://b/c and use my lucky charm", "and use my lucky charm"),
        ("Use nova pro. Is that expensive?", "Is that expensive?"),
        ("call the project q4; paint it blue", "paint it blue"),
        ("evaluate support-bot with nova pro", ""),
    ],
)
def test_what_was_not_understood_is_told(said, rest):
    assert find_pieces(said).rest == rest


@pytest.mark.parametrize(
    "said",
    ["don't use nova pro", "anything but Ireland, not in Ireland", "yes", "everything is right",
     "never write to s3://prod/secret/", "if it is cheap, use nova pro", "can I use nova pro?", "evaluate my model",
     "my fine-tuned nova pro", "test it", "I am not sure about the role"],
)  # fmt: skip
def test_what_is_denied_asked_or_said_in_passing_is_no_piece(said):
    assert find_pieces(said).pieces == ()


def test_nothing_is_looked_for_that_is_asked_right_now():
    found = find_pieces("s3://b/d.jsonl, results to s3://b/out/", "dataset")

    assert [piece.step for piece in found.pieces] == ["s3_output"]
