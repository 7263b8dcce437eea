"""What people ask at a question, and the reply: a few sentences each."""

from __future__ import annotations

import re
from typing import Literal

from evalbook.metrics.builtin import builtin_metrics
from evalbook.records import dataclass
from evalbook.workflow.replies.words import plain
from evalbook.workflow.step_names import StepName
from evalbook.workflow.turn import Question


@dataclass(frozen=True)
class Known:
    words: str
    """Pattern of the words that ask for it."""
    answer: str
    steps: tuple[StepName | Literal["complete"], ...] = ()
    """The steps it is meant for; all if none is named."""


_ANSWERS = (
    Known(
        r"\bleaves?\b(?! (?:out|it|them|that|as))|across region|other region|transmit|where .*data .*go|stay in",
        "Your dataset and the results stay in your buckets, and the jobs run in the model's region. "
        "Bedrock may process the judging in other regions of the same geography; the terms say so.",
    ),
    Known(
        r"stored?\b|saved?\b|cop(?:y|ies)\b|retain|(?:keep|kept|log)\w* .*(?:data|prompts|records|answers|anything)",
        "evalbook stores your answers in workflow_state.json, but no credentials; what it reads of the "
        "dataset stays on this machine. The run writes prompts, answers and scores to your results "
        "prefix. Nothing else is kept.",
    ),
    Known(
        r"train(?:ed|ing)? on my|use my data|learn from",
        "Bedrock does not use your prompts or answers to train models. The service terms that apply "
        "are shown before the notebook is written.",
    ),
    Known(
        r"how much|cost|costs|price|pricing|expensive|pay|paid|charge|cheap|money|bill",
        "Answering these questions costs nothing; you pay for a run when you start cell 2. Before you "
        "confirm, you see an estimate of the judging cost from records, metrics and the judge's price. "
        "SageMaker's jobs are extra.",
    ),
    Known(
        r"how long|time does|duration|minutes|hours",
        "These questions take a few minutes. A run of both models takes about an hour for a few "
        "hundred records; you see an estimate before you confirm.",
    ),
    Known(
        r"what happens|do with it|read it|what do you read|how much .*read",
        "First a few KB, to show you two records; then the whole object once, to count and check every "
        "record on this machine. Nothing is changed. If you say no, nothing is read.",
        ("data_sample",),
    ),
    Known(
        r"which|can i|rights|used for|enough|what role|role (?:would|will|can|should)|role work|permissions?",
        "One that SageMaker and, for a judge, Bedrock may assume, and that may read the dataset and "
        "write the results. Those listed are trusted, and IAM's simulator finds nothing missing; the "
        "one you choose is checked again.",
        ("execution_role",),
    ),
    Known(
        r"why not|why .*version|passed over|newer|latest|newest",
        "evalbook takes the newest usable version: one that is Completed and was not rejected. Newer "
        "ones that were skipped are listed with their status; name one to use it once it is completed.",
        ("model", "model_confirm", "confirm"),
    ),
    Known(
        r"what .*task|what do you mean|for what|why|like what|example|read it|find|know|guess|need",
        "In a sentence, what the model does for its users, such as: answers customers' billing "
        "questions. It only affects which metrics are recommended.",
        ("task",),
    ),
    Known(
        r"format|jsonl|look like|which fields|columns?",
        "One JSON record per line, with the prompt and, if there is one, the right answer. The usual "
        "formats of training data are understood; evalbook can convert most others into a copy.",
        ("dataset", "data_sample", "data_fix"),
    ),
    Known(
        r"custom metric|have to|need|what|which|optional",
        "A custom metric is your own prompt for the judge to score each answer by, in Bedrock's JSON "
        "format. You don't need one: there are built-in metrics.",
        ("custom_metrics",),
    ),
    Known(
        r"which|recommend|best|better|difference|should i|would|stronger|good|ok|fine|can i|possible",
        "The choice of the judge is yours alone; evalbook recommends none. All those listed can be "
        "used in this region.",
        ("judge_model",),
    ),
    Known(
        r"which|recommend|how many|enough|should i",
        "The recommended ones fit your task and data; the reason is next to each. Every metric adds a "
        "judge call per record, so a handful is enough.",
        ("builtin_metrics",),
    ),
    Known(
        r"why .*region|another region|other region|possible|can i|elsewhere",
        "The run must be in the region where the model is registered; it can only be used from there. "
        "Dataset, results and judge must be in the same region.",
        ("region",),
    ),
    Known(
        r"mlflow",
        "MLflow keeps the metrics of your runs side by side, on a tracking server in your account. "
        "Without one, nothing is tracked, and the results in S3 are the same.",
        ("advanced", "mlflow", "mlflow_experiment"),
    ),
    Known(
        r"kms|encrypt|vpc",
        "A KMS key of yours encrypts what the jobs write; a VPC keeps the jobs in your own network. "
        "Without them, AWS's own keys and network are used.",
        ("advanced", "kms_key", "vpc"),
    ),
    Known(
        r"advanced|settings|what are|which",
        "Settings that most people leave alone: which models to evaluate, MLflow tracking, a KMS key, "
        "a VPC, tags and the run's name. No keeps the SDK's defaults.",
        ("advanced",),
    ),
    Known(
        r"agree|have to|must|terms|legal|binding|why",
        "Without your agreement no notebook is written, because the run uses Bedrock Evaluations. Your "
        "answers are saved, so you can agree at any time.",
        ("bedrock_terms",),
    ),
    Known(
        r"notebook|append|new|cells?",
        "A new notebook holds a header and four cells: settings, start, progress, results. If you "
        "append to one of yours, they go at its end and nothing else in it changes.",
        ("notebook",),
    ),
    Known(
        r"why|what|should|how often|need|enough|differ",
        "Once is enough where a model always answers the same, as at temperature 0. Above that, "
        "several runs of each sample steady the scores, and each is paid for.",
        ("epochs",),
    ),
    Known(
        r"agent|what|which|mean",
        "The agent that plays the rollouts: an AgentCore runtime, or a Lambda function that wraps "
        "it. Where the training job is known, its agent is offered; another may be named.",
        ("agent_config",),
    ),
    Known(
        r"running|which|what|endpoint",
        "Any endpoint in service, a Bedrock model, or artefacts in S3 that are hosted for the run "
        "and paid by the hour. The endpoints that are in service are named above.",
        ("answered_by", "base_answered_by"),
    ),
    Known(
        r"where|what|folder|name",
        "A folder of that name is made where you work, and the notebook goes into it. Any name "
        "does, and an existing project's name adds to that project.",
        ("project",),
    ),
    Known(
        r"right|correct|sure|checked|certain",
        "Each answer was checked against AWS when it was given; what could not be checked is named "
        "above. Say what should be different, if anything.",
        ("confirm",),
    ),
    Known(
        r"now|next|run|start|go on|how do i",
        "Run the notebook's cells in order: cell 2 starts the evaluation, and costs from there. "
        "Cell 3 shows how it is doing, cell 4 compares the models.",
        ("complete", "notebook"),
    ),
    Known(
        r"doing|status|progress|done|finished|ready|result|better|came out|won|score",
        "Cell 3 of the notebook shows how a run is doing, cell 4 what came out. Both can be looked "
        "at here as well, once cell 2 was run.",
        ("complete",),
    ),
    Known(
        r"help|what (?:can|do) you|what is this|how does (?:this|it) work",
        "evalbook asks about fifteen questions, checks each answer against AWS, and writes a notebook "
        "that compares your model with its base model. Choose Help me decide for four short questions "
        "about the kind of evaluation.",
        ("evaluation_type",),
    ),
    Known(
        r"difference|which|what (?:is|are|kind|type)|mean|judge|scorer|benchmark|recommend|should|"
        r"best|need|fits?\b",
        "LLM as judge has a model score free-form answers; a custom scorer compares by code; a "
        "benchmark measures general abilities; multi-turn RL runs an agent's rollouts. Choose Help "
        "me decide for four short questions.",
        ("evaluation_type",),
    ),
)  # fmt: skip


def answer_to(said: str, step: str, question: Question) -> str | None:
    """Return the prepared answer to a person's question; None if there is none."""
    questions = [it for it in re.split(r"(?<=[.!?])\s+", said) if it.rstrip().endswith("?")]
    words = plain(re.sub(r"\S+://\S+", "", " ".join(questions) or said))
    about = {it.label: it.description for it in question.choices if step == "builtin_metrics"}
    for metric in builtin_metrics():
        if metric.name.casefold() in words.split():
            return f"{metric.name}: {about.get(metric.name, metric.description)}"
    for known in _ANSWERS:
        if (not known.steps or step in known.steps) and re.search(known.words, words):
            return known.answer
    return None
