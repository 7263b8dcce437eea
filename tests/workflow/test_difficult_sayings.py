"""What difficult people say: hedges, corrections, several answers in one, references, negations."""

import pytest
from interviews import answered_until

from evalbook.aws.found import Instances

pytestmark = pytest.mark.usefixtures("in_sandbox")
PRO, SONNET = "amazon.nova-pro-v1:0", "anthropic.claude-sonnet-4-5-20250929-v1:0"
ROLE = "arn:aws:iam::123456789012:role/"
PACKAGE = "arn:aws:sagemaker:us-east-1:123456789012:model-package/"
AGENT = "arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/"
DATA, RESULTS = "s3://evalbook-data", "s3://evalbook-results"

SAYINGS = {
    # what is said, and what it comes to: a value, or in angle brackets a code, a question's words,
    # or the step that is asked next, or for which it is kept
    "evaluation_type": {
        "a judge. how much is that?": "llm_as_judge",
        (
            "we fine-tuned something to summarise tickets and my boss wants to know if it's good. "
            "can you sort that out?"
        ): "<kept task>",
        "we want a second model to grade the answers": "llm_as_judge",
        "EvaluationRole": "<kept execution_role>",
        "LLM-judge pls": "llm_as_judge",
        "I have my own Lambda that scores": "custom_scorer",
        "anything but benchmarks": "<answer.choice>",
        "both judge and benchmark": "<answer.choice>",
        "the first, I guess": "<answer.hesitation>",
        "same as last time": "<The suggestion is llm_as_judge. Use it?>",
        "no, take inspect ai": "inspect_ai",
        "judge isn't needed, take a benchmark": "benchmark",
        "It answers billing questions, judge isn't needed": "<kept task>",
        "what would you recommend?": "<answer.question>",
        "my boss wants to know if it's better, can you help?": "<answer.question>",
    },
    "task": {
        "oh sorry the model is called support-bot. and as I said it sorts tickets": (
            "it sorts tickets"
        ),
        "Correctness": "<kept builtin_metrics>",
        "nova pro": "<kept judge_model>",
        "support-bot, version 2": "<kept model>",
        "support-bot/2": "<kept model>",
        "inspect ai": "<task>",
        "medical Q&A, judge should be claude sonnet": "medical Q&A",
        "can you read it from the model?": "<answer.question>",
        "see above": "<answer.incomplete>",
        "none of your business": "<answer.incomplete>",
        "whatever": "<answer.you_decide>",
        "Summarise tickets. By the way, use nova pro as the judge.": "Summarise tickets.",
        "answers questions about billing, if I remember correctly": (
            "answers questions about billing, if I remember correctly"
        ),
    },
    "dataset": {
        "evalbook-data bucket, support/eval.jsonl, and nova pro as judge": (
            f"{DATA}/support/eval.jsonl"
        ),
        "support/eval.jsonl in evalbook-data": f"{DATA}/support/eval.jsonl",
        "the file support/eval.jsonl in the bucket evalbook-data": f"{DATA}/support/eval.jsonl",
        "EvaluationRole": "<kept execution_role>",
        f"my data is {DATA}/support/eval.jsonl - role is EvaluationRole": (
            f"{DATA}/support/eval.jsonl"
        ),
        f"sure: {DATA}/support/eval.jsonl. Do you keep a copy?": f"{DATA}/support/eval.jsonl",
        f"{DATA}/support/eval.jsonl. or should I take another?": "<answer.question>",
        "back": "<task>",
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
        "yes. after lunch": "<answer.yes_or_no>",
        "yes, only the first lines": "<answer.yes_or_no>",
        "sure go ahead. btw I'd like claude as the judge if that's possible": True,
        "yes read it. results into the same bucket, folder q4, claude as judge please": True,
        "no custom ones, and I don't want the coherence thing": (
            "<kept builtin_metrics, custom_metrics>"
        ),
        "nope, no custom ones. And nova pro as judge": "<kept custom_metrics, judge_model>",
        "no, that's confidential": False,
        "yes. what does it cost?": "<answer.question>",
        "go back one question": "<dataset>",
        "yes. and metrics: Correctness only": True,
        "yes but use role EvaluationRole": True,
        "yes if it's cheap, role EvaluationRole": "<answer.condition>",
        "yes but don't store anything": "<answer.condition>",
        "only if it stays here": "<answer.condition>",
        "I'd rather you didn't": False,
        "not before legal says so": "<answer.yes_or_no>",
        "fine, whatever": "<answer.you_decide>",
    },
    "custom_metrics": {
        "we have none of those. for the others take what you recommend": "",
        "wait no, I meant you can't read the file": "<data_sample>",
        "none. is that bad?": "<answer.question>",
        "nope, built-ins will do": "",
        "EvaluationRole": "<kept execution_role>",
        "not that I know of": "",
        "just the built-in ones": "",
        "we use ROUGE": "<answer.incomplete>",
        "I think we have some, let me look": "<answer.hesitation>",
    },
    "builtin_metrics": {
        "what you recommend, and also whether it is harmful": "<You said what you recommend and>",
        "hallucinations": "<You said hallucinations. That is Faithfulness. Use it?>",
        "one": "<metrics.unknown>",
        "not Completeness but Faithfulness": [
            *("Correctness", "Faithfulness", "Helpfulness", "Relevance"),
            "ProfessionalStyleAndTone",
        ],
        "nova pro": "<kept judge_model>",
        "the first three but not the second": ["Correctness", "Helpfulness"],
        "correctness and not completeness": ["Correctness"],
        "1-3 and 7": ["Correctness", "Completeness", "Helpfulness", "Coherence"],
        "I don't want Relevance or Helpfulness": [
            *("Correctness", "Completeness", "ProfessionalStyleAndTone")
        ],
        "three of them": "<metrics.unknown>",
        "no more than three": "<metrics.unknown>",
        "all of them if it is not too expensive": "<answer.condition>",
        "what you marked minus complete": "<You said what you marked minus complete. That is>",
        "drop the last one": "<You said drop the last. That is>",
        "all without all": "<metrics.none>",
    },
    "model": {
        "support-bot and judge nova pro": f"{PACKAGE}support-bot/2",
        "the second one if you don't mind": f"{PACKAGE}seen-it-all/1",
        "support-bot please. is version 2 the right one?": "<answer.question>",
        "the support bot, version two": f"{PACKAGE}support-bot/2",
        "alias/evalbook": "<kept kms_key>",
        "us-west-2": "<kept region>",
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
        "yes of course, and please hurry": True,
        "yes, only if approved": "<answer.condition>",
        "yes but use role EvaluationRole": True,
        "no - I meant medical-notes": "<Is this the model to evaluate?>",
        "no, medical-notes": "<Is this the model to evaluate?>",
        "no, the other one": "<model>",
        "hm, why not version 3?": "<answer.question>",
    },
    "judge_model": {
        "the last one": "mistral.mistral-large-2402-v1:0",
        "not haiku, sonnet": f"<You said sonnet. That is {SONNET}. Use it?>",
        "would nova pro be ok?": "<answer.question>",
        "EvaluationRole": "<kept execution_role>",
        "5, and add Faithfulness": SONNET,
        "llama, not nova": "<You said llama. That is meta.llama3-3-70b-instruct-v1:0. Use it?>",
        "then claude. the newest claude": "<answer.choice>",
        "not nova": "<answer.choice>",
        "haiku 4.5, or sonnet if that is not there": "<answer.condition>",
        "the cheapest": "<answer.you_decide>",
        "same as last time": "<answer.incomplete>",
    },
    "region": {
        "EvaluationRole": "<kept execution_role>",
        "not us-east-1": "<answer.incomplete>",
        "us-east-1 or us-west-2": "<answer.incomplete>",
        "the same as the model": "<The suggestion is us-east-1. Use it?>",
        "N. Virginia": "<You said N. Virginia. That is us-east-1. Use it?>",
    },
    "execution_role": {
        "the one from my colleague, EvaluationRole": f"{ROLE}EvaluationRole",
        "EvaluationRole. And what is it used for?": f"{ROLE}EvaluationRole",
        "can it be EvaluationRole?": f"<You said EvaluationRole. That is {ROLE}EvaluationRole>",
        "nova lite": "<execution_role>",
        f"role number 2, results to {RESULTS}/x/": f"{ROLE}BoundedRole",
        "the one I'm signed in with": f"<You said signed. That is {ROLE}service-role/Sand",
        "EvaluationRole2": "<role.exists>",
        "the one you suggest": f"{ROLE}service-role/SandboxCaller",
        "nah": "<answer.incomplete>",
        "whatever works": f"<The suggestion is {ROLE}service-role/SandboxCaller. Use it?>",
    },
    "s3_output": {
        "same as I said before, evalbook-results, folder q4": f"{RESULTS}/q4",
        "with the others in evalbook-results, subfolder q4": f"{RESULTS}/q4",
        "results bucket": f"<You said results bucket. That is {RESULTS}/evaluation-results/>",
        "any": f"<The suggestion is {DATA}/evaluation-results/. Use it?>",
        "second bucket, folder runs/q4": f"{RESULTS}/runs/q4",
        "somewhere in evalbook-results": f"{RESULTS}/evaluation-results",
        "evalbook-results/q4": f"{RESULTS}/q4",
        "the default but in folder q4": f"{DATA}/q4",
        "next to the dataset": f"<The suggestion is {DATA}/evaluation-results/. Use it?>",
        "can I keep the default?": f"<The suggestion is {DATA}/evaluation-results/. Use it?>",
        "not the data bucket": "<s3.uri>",
    },
    "advanced": {
        "just the encryption key": "<You said encryption key. That is kms_key. Use it?>",
        "no other special settings": False,
        "no, and call the project x-1": False,
        "no kms, but tags": "<You said no kms but tags. That is tags. Use it?>",
        "only the KMS key": ["kms_key"],
        "leave them": False,
        "great, go": False,
        "nothing special": False,
        "yes, go ahead": True,
        "all of them": True,
        "just the fine-tuned one": "<Do you want to change any advanced settings?>",
    },
    "confirm": {
        "can you call the project ticket check?": "<kept project>",
        "yes, and send it to my boss first": "<answer.yes_or_no>",
        "I don't like the judge": "<judge_model>",
        "back to the metrics": "<builtin_metrics>",
        "all good, just the project should be called q4": "<kept project>",
        "yep except the bucket": "<s3_output>",
        "ok, name it q4-tickets and go": "<kept project>",
        "looks ok but is the region right?": "<answer.question>",
        "evaluate only two hundred records": "<step.not_asked>",
        "change the judge": "<judge_model>",
        "everything but the role is right": "<execution_role>",
        "the task is wrong, it summarises tickets": "<confirm>",
        "region should be Ireland": "<region>",
        "don't add Faithfulness": "<You said without Faithfulness. That is Correctness>",
        "yes if it costs under 5 dollars": "<answer.condition>",
        "send it to my boss first": "<answer.yes_or_no>",
        "what does Correctness mean?": "<answer.question>",
    },
    "bedrock_terms": {
        "go back": "<Is this configuration right?>",
        "I agree if possible": "<terms.unclear>",
        "I agree. Also call the project q4": "<bedrock_terms>",
        "I agree, I guess": "<terms.unclear>",
        "if I must": "<terms.unclear>",
    },
    "project": {
        "ok but shorter": "<answer.incomplete>",
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
    "pilot": {
        "fifty": "50",
        "one hundred and fifty first": "150",
        "10%": "120",
        "start small": "120",
        "a dozen": "<pilot.unclear>",
        "about a hundred, if it's cheap": "<answer.condition>",
    },
    "epochs": {
        "three times": 3,
        "a couple of times": 2,
        "once is enough": 1,
        "3x": 3,
        "x²": "<epochs>",
        "two or three": "<answer.incomplete>",
        "more than once": "<answer.incomplete>",
        "about five": "<You said about five. That is 5. Use it?>",
        "why would I?": "<answer.question>",
    },
    "sample_limit": {
        "at most twenty-five": 25,
        "two hundred each": 200,
        "1k": 1000,
        "a dozen": 12,
        "10 if that's enough": "<answer.condition>",
        "half": "<sample_limit>",
    },
    "task_source": {
        "from our own dataset": "records",
        f"the task files are in {DATA}/tasks/": f"{DATA}/tasks/",
    },
    "generation": {
        "temperature of zero point five and 512": "<generation.form>",
        "temperature 0.7 and max tokens to 512, please": {"temperature": 0.7, "max_tokens": 512},
        "temperature=0, temperature=1": "<generation.twice>",
        "defaults are fine": "<confirm>",
    },
    "stopping_condition": {
        "two hours": 7200,
        "an hour": 3600,
        "half a day": 43200,
        "as long as it takes": "<answer.condition>",
    },
    "agent_config": {
        "keep that one": f"{AGENT}travel_agent-a1b2c3d4e5",
        "what's that?": "<answer.question>",
    },
    "compute": {
        "serverless is fine": "<confirm>",
        "a ml.g5.12xlarge machine": Instances("ml.g5.12xlarge", 1),
        "two ml.g5.12xlarge": Instances("ml.g5.12xlarge", 2),
    },
    "run_name": {
        "call it nightly-7": "nightly-7",
        "EvaluationRole": "<run_name>",
    },
    "vpc": {
        "no vpc, keep it public": "<confirm>",
        "subnet-0123456789abcdef0 with sg-0123456789abcdef0": (
            "subnet-0123456789abcdef0, sg-0123456789abcdef0"
        ),
    },
    "benchmark": {
        "mmlu on support-bot": "mmlu",
        "mmlu, only anatomy": "mmlu",
        "mmlu please": "mmlu",
    },
    "tags": {
        "team=ml and cost=42": {"team": "ml", "cost": "42"},
        "team is ml, cost center is 42": {"team": "ml", "cost center": "42"},
        "no tags": None,
    },
}
OTHER_TYPES = {
    **dict.fromkeys(("epochs", "sample_limit", "task_source", "generation"), "inspect_ai"),
    **dict.fromkeys(("stopping_condition", "agent_config"), "multi_turn_rl"),
    "compute": "custom_scorer",
    "benchmark": "benchmark",
}
SETTINGS = ("scope", "tags", "generation", "stopping_condition", "compute", "run_name", "vpc")


@pytest.mark.parametrize("step", SAYINGS)
def test_what_difficult_people_say_comes_to_what_they_mean(step):
    instead = {"evaluation_type": OTHER_TYPES.get(step, "llm_as_judge")}
    if step in SETTINGS:
        instead["advanced"] = step
    if step == "pilot":
        instead["dataset"] = f"{DATA}/support/large.jsonl"
    workflow, _ = answered_until(step, **instead)
    before = workflow.path.read_bytes() if workflow.path.exists() else b""

    came_to = {}
    for said, expected in SAYINGS[step].items():
        turn = workflow.answer(said)
        answer = workflow.interview.answers.get(step)
        came_to[said] = answer.value if answer and not answer.reopened else None
        if isinstance(expected, str) and expected.startswith("<"):
            kept = ", ".join(workflow.interview.aside.volunteered)
            told = (turn.error.code if turn.error else turn.step, turn.question, f"kept {kept}")
            expected_words = expected.strip("<>")
            met = expected_words in (told[0], told[2]) or told[1].startswith(expected_words)
            came_to[said] = expected if met else told
        if before:
            workflow.path.write_bytes(before)
        else:
            workflow.path.unlink(missing_ok=True)

    assert came_to == SAYINGS[step]
