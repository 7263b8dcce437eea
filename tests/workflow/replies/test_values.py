"""Values in sentences: S3 places, regions, names, versions, files, tasks."""

import botocore.session
import pytest

from evalbook.workflow.replies import places, values
from evalbook.workflow.replies.reading import AskBack, Hesitates, Incomplete, Taken
from evalbook.workflow.turn import Question

OUTPUT = Question(
    "Where in S3 should the results go?", default="s3://acme-data/evaluation-results/"
)
REGION = Question("Which AWS region?", default="us-east-1")
ROLE = Question(
    "Which IAM role should run the evaluation?", default="arn:aws:iam::123456789012:role/Eval"
)
MODEL = Question("Which fine-tuned model?")
PROJECT = Question("What should the project folder be called?", default="ticket-summaries")
METRICS = Question("Do you have custom metrics?", default="none")
TASK = Question("What task is this model trained to do?")
KEY = Question("Which KMS key should encrypt the results?", default="none")
PACKAGE = "arn:aws:sagemaker:us-east-1:123456789012:model-package/ticket-summaries/3"


def understand_model(said, question):
    return values.understand_model(said, question, None)


def key_name(said, question):
    return values.understand_name(said, question, ("kms", "key"))


def role_name(said, question):
    return values.understand_name(said, question, ("role", "iam"))


@pytest.mark.parametrize(
    ("read", "question", "said", "value"),
    [
        (places.understand_s3, OUTPUT, "to s3://acme-out/q4/", "s3://acme-out/q4/"),
        (places.understand_s3, OUTPUT, "Put them in s3://acme-out/q4/.", "s3://acme-out/q4/"),
        (places.understand_s3, OUTPUT, "s3://acme-out/q4, please", "s3://acme-out/q4"),
        (places.understand_s3, OUTPUT, "it's s3://acme-out/q4!", "s3://acme-out/q4"),
        (places.understand_s3, OUTPUT, "(s3://acme-out/q4)", "s3://acme-out/q4"),
        (places.understand_s3, OUTPUT, "same bucket, folder eval-out", "s3://acme-data/eval-out/"),
        (places.understand_s3, OUTPUT, "the same bucket but in the folder eval-out", "s3://acme-data/eval-out/"),
        (places.understand_s3, OUTPUT, "Same bucket as the dataset, under runs/q4", "s3://acme-data/runs/q4/"),
        (places.understand_s3, OUTPUT, "same bucket, eval-out", "s3://acme-data/eval-out/"),
        (places.understand_s3, OUTPUT, "folder eval-out", "s3://acme-data/eval-out/"),
        (places.understand_s3, OUTPUT, "a folder called q4 in the same bucket", "s3://acme-data/q4/"),
        (places.understand_s3, OUTPUT, "bucket acme-out, folder q4", "s3://acme-out/q4/"),
        (places.understand_s3, OUTPUT, "the acme-out bucket, folder q4", "s3://acme-out/q4/"),
        (places.understand_s3, OUTPUT, "into the eval-out folder", "s3://acme-data/eval-out/"),
        (places.understand_s3, OUTPUT, "yes", "s3://acme-data/evaluation-results/"),
        (places.understand_s3, OUTPUT, "the default is fine", "s3://acme-data/evaluation-results/"),
        (places.understand_s3, OUTPUT, "keep it", "s3://acme-data/evaluation-results/"),
        (places.understand_s3, OUTPUT, '["s3://acme-out/q4"]', "s3://acme-out/q4"),
        (places.understand_region, REGION, "eu-west-1", "eu-west-1"),
        (places.understand_region, REGION, "in eu-west-1 please", "eu-west-1"),
        (places.understand_region, REGION, "EU-WEST-1", "eu-west-1"),
        (places.understand_region, REGION, "yes", "us-east-1"),
        (places.understand_region, REGION, "same as before", "us-east-1"),
        (places.understand_region, REGION, "ok, us-west-2 then.", "us-west-2"),
        (role_name, ROLE, "use EvaluationRole", "EvaluationRole"),
        (role_name, ROLE, "the EvaluationRole role please", "EvaluationRole"),
        (role_name, ROLE, "It's called EvaluationRole.", "EvaluationRole"),
        (role_name, ROLE, 'the one named "my-role"', "my-role"),
        (role_name, ROLE, "arn:aws:iam::123456789012:role/R, thanks", "arn:aws:iam::123456789012:role/R"),
        (role_name, ROLE, "Yes please", "arn:aws:iam::123456789012:role/Eval"),
        (role_name, ROLE, "the default role"[:11], "arn:aws:iam::123456789012:role/Eval"),
        (key_name, KEY, "none", "none"),
        (key_name, KEY, "no key, thanks", "none"),
        (key_name, KEY, "as I said, none", "none"),
        (key_name, KEY, "the key alias/prod", "alias/prod"),
        (key_name, KEY, "no, use alias/prod", "alias/prod"),
        (understand_model, MODEL, "version 1 of ticket-summaries", "ticket-summaries/1"),
        (understand_model, MODEL, "ticket-summaries version 1", "ticket-summaries/1"),
        (understand_model, MODEL, "ticket-summaries v2 please", "ticket-summaries/2"),
        (understand_model, MODEL, "the group ticket-summaries", "ticket-summaries"),
        (understand_model, MODEL, "my model is called ticket-summaries.", "ticket-summaries"),
        (understand_model, MODEL, "the latest version of ticket-summaries", "ticket-summaries"),
        (understand_model, MODEL, f"it is {PACKAGE}.", PACKAGE),
        (values.understand_project, PROJECT, "tickets-q4", "tickets-q4"),
        (values.understand_project, PROJECT, "call it tickets-q4", "tickets-q4"),
        (values.understand_project, PROJECT, "Let's name it tickets-q4 please", "tickets-q4"),
        (values.understand_project, PROJECT, "yes", "ticket-summaries"),
        (values.understand_project, PROJECT, "that's fine", "ticket-summaries"),
        (values.understand_project, PROJECT, "the suggestion is fine", "ticket-summaries"),
        (values.understand_metrics_file, METRICS, "no", "none"),
        (values.understand_metrics_file, METRICS, "as I said, none", "none"),
        (values.understand_metrics_file, METRICS, "No, I don't have any custom metrics", "none"),
        (values.understand_metrics_file, METRICS, "the built-in ones are enough, none", "none"),
        (values.understand_metrics_file, METRICS, "yes, in metrics/tone.json", "metrics/tone.json"),
        (values.understand_metrics_file, METRICS, "They are in tone.json.", "tone.json"),
        (values.understand_metrics_file, METRICS, "default", "none"),
        (values.understand_free, TASK, "Summarises support tickets.", "Summarises support tickets."),
        (values.understand_free, TASK, "ticket summaries", "ticket summaries"),
        (values.understand_free, TASK, "Answers if asked nicely, maybe with a joke.", "Answers if asked nicely, maybe with a joke."),
        (values.understand_free, TASK, "It answers questions such as: where is my order?", "It answers questions such as: where is my order?"),
        (values.understand_free, TASK, "Does customer support for a bank", "Does customer support for a bank"),
    ],
)  # fmt: skip
def test_a_value_is_found_in_a_sentence(read, question, said, value):
    reading = read(said, question)

    if reading is None:
        # What is said alone goes to the step as it is.
        assert said == value
    else:
        assert isinstance(reading, Taken), reading
        assert reading.text == value


@pytest.mark.parametrize(
    ("read", "question", "said", "value"),
    [
        (places.understand_region, REGION, "Ireland", "eu-west-1"),
        (places.understand_region, REGION, "in Frankfurt, please", "eu-central-1"),
        (places.understand_region, REGION, "N. Virginia", "us-east-1"),
        (places.understand_region, REGION, "US East (Ohio)", "us-east-2"),
        (places.understand_region, REGION, "são paulo", "sa-east-1"),
        (places.understand_region, REGION, "South Korea", "ap-northeast-2"),
        (places.understand_region, REGION, "us east 1", "us-east-1"),
        (places.understand_region, REGION, "I agree", "us-east-1"),
        (places.understand_region, REGION, "you decide", "us-east-1"),
        (values.understand_project, PROJECT, "i agree", "ticket-summaries"),
        (values.understand_project, PROJECT, "I accept", "ticket-summaries"),
        (values.understand_project, PROJECT, "Tickets Q4", "tickets-q4"),
        (values.understand_project, PROJECT, "up to you", "ticket-summaries"),
        (values.understand_project, PROJECT, "call it Support Bot!", "support-bot"),
        (role_name, ROLE, "I agree", "arn:aws:iam::123456789012:role/Eval"),
        (role_name, ROLE, "whatever you think", "arn:aws:iam::123456789012:role/Eval"),
    ],
)  # fmt: skip
def test_what_only_leads_to_a_value_is_asked_back(read, question, said, value):
    reading = read(said, question)

    assert isinstance(reading, AskBack), reading
    assert reading.text == value


@pytest.mark.parametrize(
    ("read", "question", "said"),
    [
        (places.understand_s3, OUTPUT, "s3://a-bucket/x or s3://b-bucket/y"),
        (places.understand_s3, OUTPUT, "somewhere safe"),
        (places.understand_s3, OUTPUT, "can I use s3://acme-out/q4?"),
        (places.understand_s3, OUTPUT, "s3://acme-out/q4 if it is encrypted"),
        (places.understand_s3, OUTPUT, "does the data stay in my bucket?"),
        (places.understand_region, REGION, "Atlantis"),
        (places.understand_region, REGION, "not Ireland"),
        (places.understand_region, REGION, "Ireland or London"),
        (places.understand_region, REGION, "is Ireland possible?"),
        (places.understand_region, REGION, "us-east-1 or eu-west-1"),
        (places.understand_region, REGION, "maybe Ireland"),
        (role_name, ROLE, "which role would work?"),
        (role_name, ROLE, "I don't know"),
        (key_name, KEY, "no-prod-key"),
        (key_name, KEY, "is it encrypted anyway?"),
        (understand_model, MODEL, "why not version 3?"),
        (understand_model, MODEL, "you decide"),
        (understand_model, MODEL, "version 3"),
        (values.understand_metrics_file, METRICS, "none/such.json"),
        (values.understand_metrics_file, METRICS, "what are custom metrics?"),
        (values.understand_metrics_file, METRICS, '[{"customMetricDefinition": {"name": "no"}}]'),
        (values.understand_free, TASK, "What do you mean, task?"),
        (values.understand_free, TASK, "hm, not sure"),
        (values.understand_free, TASK, "I don't know"),
        (values.understand_free, TASK, "you decide"),
        (values.understand_free, TASK, "yes"),
        (values.understand_free, TASK, "none"),
        (values.understand_free, TASK, "3"),
        (values.understand_free, TASK, "What is it for?"),
        (values.understand_free, TASK, "ok"),
        (values.understand_free, TASK, "I don't understand"),
    ],
)  # fmt: skip
def test_a_question_or_a_riddle_gives_no_value(read, question, said):
    assert isinstance(read(said, question), Hesitates | Incomplete | None)


@pytest.mark.parametrize(
    "said", ["yes", "Yes, I do.", "yes, two", "yep", "yes I have some custom metrics"]
)
def test_custom_metrics_that_there_are_take_a_file(said):
    assert values.understand_metrics_file(said, METRICS) == Incomplete(
        "Give the path of their JSON file, or paste the JSON itself."
    )


def test_a_version_belongs_to_the_group_chosen_before():
    assert values.understand_model("version 1 please", MODEL, current=PACKAGE) == Taken(
        PACKAGE.replace("/3", "/1"), exact=False
    )


def test_a_question_after_a_task_is_kept_apart():
    assert values.understand_free("Summarises tickets. What does a judge cost?", TASK) == Taken(
        "Summarises tickets.", exact=False, left="What does a judge cost?"
    )


def test_each_place_is_what_botocore_calls_the_region():
    loader = botocore.session.get_session().get_component("data_loader")
    known = {
        region: described["description"].casefold()
        for partition in loader.load_data("endpoints")["partitions"]
        for region, described in partition["regions"].items()
    }
    said = places.PLACES.facts["places"]
    assert set(said) <= set(known)
    assert all(
        any(name.replace("n ", "n. ") in known[region] for name in said[region])
        for region in set(said) - {"ca-central-1", "mx-central-1", "us-gov-east-1", "us-gov-west-1"}
    )
