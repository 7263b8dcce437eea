"""What difficult people say: hedges, corrections, several answers in one, references, negations."""

import pytest
from interviews import answered_until

pytestmark = pytest.mark.usefixtures("in_sandbox")
PRO, SONNET = "amazon.nova-pro-v1:0", "anthropic.claude-sonnet-4-5-20250929-v1:0"
ROLE = "arn:aws:iam::123456789012:role/"
PACKAGE = "arn:aws:sagemaker:us-east-1:123456789012:model-package/"
DATA, RESULTS = "s3://evalbook-data", "s3://evalbook-results"

SAYINGS = {
    # what is said, and what it comes to: a value, or in angle brackets a code, a question's words,
    # or the step that is asked next
    "evaluation_type": {
        "LLM-judge pls": "llm_as_judge",
        "I have my own Lambda that scores": "custom_scorer",
        "anything but benchmarks": "<answer.choice>",
        "both judge and benchmark": "<answer.choice>",
        "the first, I guess": "<answer.hesitation>",
        "same as last time": "<The suggestion is llm_as_judge. Use it?>",
        "what would you recommend?": "<answer.question>",
        "my boss wants to know if it's better, can you help?": "<answer.question>",
    },
    "task": {
        "see above": "<answer.incomplete>",
        "none of your business": "<answer.incomplete>",
        "whatever": "<answer.you_decide>",
        "Summarise tickets. By the way, use nova pro as the judge.": "Summarise tickets.",
        "answers questions about billing, if I remember correctly": (
            "answers questions about billing, if I remember correctly"
        ),
    },
    "dataset": {
        f"the one in {DATA}/support/eval.jsonl, not the other": f"{DATA}/support/eval.jsonl",
        "bucket evalbook-data, support/eval.jsonl": f"{DATA}/support/eval.jsonl",
        f"{DATA}/support/eval.jsonl or {DATA}/a.jsonl": "<answer.incomplete>",
        f"not {DATA}/support/eval.jsonl": "<answer.incomplete>",
        "I don't have one yet": "<answer.incomplete>",
        "same as last time": "<answer.incomplete>",
        "somewhere in bucket evalbook-data, support something?": f"<These datasets are in {DATA}/",
        "in the evalbook-data bucket, called large": f"<One dataset in {DATA}/ fits: support/large",
        "the evalbook-data bucket, tickets or so": f"<No dataset in {DATA}/ has “ticket”",
        f"{DATA}/support/*": f"<These datasets are in {DATA}/support/. ",
        "evalbook-data/support/eval.jsonl then. it's new": "<You said evalbook-data/support/eval",
        f"{DATA}/nothing/*": "<s3.missing>",
        "in bucket evalbook-denied": "<s3.denied>",
    },
    "data_sample": {
        "yes but don't store anything": "<answer.condition>",
        "only if it stays here": "<answer.condition>",
        "I'd rather you didn't": False,
        "not before legal says so": "<answer.yes_or_no>",
        "fine, whatever": "<answer.you_decide>",
    },
    "custom_metrics": {
        "not that I know of": "",
        "just the built-in ones": "",
        "we use ROUGE": "<answer.incomplete>",
        "I think we have some, let me look": "<answer.hesitation>",
    },
    "builtin_metrics": {
        "the first three but not the second": ["Correctness", "Faithfulness"],
        "correctness and not completeness": ["Correctness"],
        "1-3 and 7": ["Correctness", "Completeness", "Faithfulness", "FollowingInstructions"],
        "I don't want Relevance or Helpfulness": [
            *("Correctness", "Completeness", "ProfessionalStyleAndTone")
        ],
        "three of them": "<metrics.unknown>",
        "no more than three": "<metrics.unknown>",
        "all of them if it is not too expensive": "<answer.condition>",
        "what you marked minus complete": "<You said what marked minus complete. That is>",
        "drop the last one": "<You said drop last. That is>",
        "all without all": "<metrics.none>",
    },
    "model": {
        "support-bot version one": f"{PACKAGE}support-bot/1",
        "support bot, but not version 2": "<answer.incomplete>",
        "version 1": "<answer.incomplete>",
        "the newest": f"{PACKAGE}travel-agent/1",
        "second": f"{PACKAGE}seen-it-all/1",
        "whichever is best": "<answer.you_decide>",
        "ok now it's good": "<answer.incomplete>",
        "not the first": "<answer.incomplete>",
        "not nova. support-bot": f"{PACKAGE}support-bot/2",
        "uh, the support one": "<2 groups match 'support'. Which one?>",
        f"support-bot, and send the results to {RESULTS}/q4/": f"{PACKAGE}support-bot/2",
    },
    "model_confirm": {
        "no, medical-notes": "<Is this the model to evaluate?>",
        "no, the other one": "<model>",
        "hm, why not version 3?": "<answer.question>",
    },
    "judge_model": {
        "5, and add Faithfulness": SONNET,
        "llama, not nova": "<You said llama. That is meta.llama3-3-70b-instruct-v1:0. Use it?>",
        "then claude. the newest claude": "<answer.choice>",
        "not nova": "<answer.choice>",
        "haiku 4.5, or sonnet if that is not there": "<answer.condition>",
        "the cheapest": "<answer.you_decide>",
        "same as last time": "<answer.incomplete>",
    },
    "region": {
        "not us-east-1": "<answer.incomplete>",
        "us-east-1 or us-west-2": "<answer.incomplete>",
        "the same as the model": "<The suggestion is us-east-1. Use it?>",
        "N. Virginia": "<You said N. Virginia. That is us-east-1. Use it?>",
    },
    "execution_role": {
        f"role number 2, results to {RESULTS}/x/": f"{ROLE}BoundedRole",
        "the one I'm signed in with": f"<You said signed. That is {ROLE}service-role/Sand",
        "EvaluationRole2": "<role.exists>",
        "the one you suggest": f"{ROLE}service-role/SandboxCaller",
        "nah": "<answer.incomplete>",
        "whatever works": f"<The suggestion is {ROLE}service-role/SandboxCaller. Use it?>",
    },
    "s3_output": {
        "second bucket, folder runs/q4": f"{RESULTS}/runs/q4",
        "somewhere in evalbook-results": f"{RESULTS}/evaluation-results",
        "evalbook-results/q4": f"{RESULTS}/q4",
        "the default but in folder q4": f"{DATA}/q4",
        "next to the dataset": f"<The suggestion is {DATA}/evaluation-results/. Use it?>",
        "can I keep the default?": f"<The suggestion is {DATA}/evaluation-results/. Use it?>",
        "not the data bucket": "<s3.uri>",
    },
    "advanced": {
        "only the KMS key": ["kms_key"],
        "leave them": False,
        "great, go": False,
        "nothing special": False,
        "yes, go ahead": True,
        "all of them": True,
        "just the fine-tuned one": "<Do you want to change any advanced settings?>",
    },
    "confirm": {
        "change the judge": "<judge_model>",
        "everything but the role is right": "<execution_role>",
        "the task is wrong, it summarises tickets": "<task>",
        "region should be Ireland": "<region>",
        "don't add Faithfulness": "<You said without Faithfulness. That is Correctness>",
        "yes if it costs under 5 dollars": "<answer.condition>",
        "send it to my boss first": "<answer.yes_or_no>",
        "what does Correctness mean?": "<answer.question>",
    },
    "bedrock_terms": {
        "I agree. Also call the project q4": "<bedrock_terms>",
        "I agree, I guess": "<terms.unclear>",
        "if I must": "<terms.unclear>",
    },
    "project": {
        "call it what you want": "<The suggestion is support-bot. Use it?>",
        "same as the model": "<The suggestion is support-bot. Use it?>",
        "no": "<answer.incomplete>",
        "not support-bot": "<answer.incomplete>",
    },
    "notebook": {
        "no new one": "<answer.choice>",
        "append to analysis.ipynb": "<notebook.missing>",
    },
    "scope": {
        "the fine-tuned one, no base model please": "fine_tuned_only",
        "not the base": "fine_tuned_only",
        "neither": "<answer.choice>",
    },
    "tags": {"team=ml and cost=42": {"team": "ml", "cost": "42"}, "no tags": None},
}


@pytest.mark.parametrize("step", SAYINGS)
def test_what_difficult_people_say_comes_to_what_they_mean(step):
    workflow, _ = answered_until(step, **({"advanced": step} if step in ("scope", "tags") else {}))
    before = workflow.path.read_bytes() if workflow.path.exists() else b""

    came_to = {}
    for said, expected in SAYINGS[step].items():
        turn = workflow.answer(said)
        answer = workflow.interview.answers.get(step)
        came_to[said] = answer.value if answer and not answer.reopened else None
        if isinstance(expected, str) and expected.startswith("<"):
            told = (turn.error.code if turn.error else turn.step, turn.question)
            expected_words = expected.strip("<>")
            met = told[0] == expected_words or told[1].startswith(expected_words)
            came_to[said] = expected if met else told
        if before:
            workflow.path.write_bytes(before)
        else:
            workflow.path.unlink(missing_ok=True)

    assert came_to == SAYINGS[step]
