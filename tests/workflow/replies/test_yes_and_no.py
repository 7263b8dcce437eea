"""Yes, no and none as people say them; what is neither."""

import pytest

from evalbook.workflow.replies.choices import understand_yes_or_no
from evalbook.workflow.replies.reading import Taken
from evalbook.workflow.replies.words import doubt_in, says_none, yes_or_no
from evalbook.workflow.turn import Question

SHOWN = Question(
    "Is this the model to evaluate?",
    kind="confirm",
    notices=("Group: ticket-summaries, version 2", "Base model: meta-textgeneration-llama-3-2-1b"),
)

YES = [
    "yes", "Y", "Yes.", "yep", "OK", "okay", "I agree", "Yes, I agree!", "proceed", "go ahead",
    "sure, have a look", "sure", "I accept", "Ja", "Sí", "true", "Yes, I agree to the terms.", "Sure, go ahead",
    "yes, looks good", "okay, I agree", "I do", "yes please, that is right", "Yes, go ahead.",
    "Yes, that is right.", "yes, that's right", "that’s right", "YES!!!", "yess", "yse", "Oui.", "はい", "是",
    "Looks good to me, thanks", "ok great", "Yes, that's the one.", "correct", "Right.", "Perfect",
    "all good", "by all means", "please do", "You may read it", "Read it, yes.", "fine by me",
    "Works for me!", "of course", "absolutely", "yes sir", "👍", "1", '["yes"]', "Yup, all correct"[:3],
    "ok, version 2 then", "Yes, ticket-summaries.", "yes, version 2", "ok, the llama one"[:2],
    "Yes. Thank you very much"[:14], "sounds good, continue", "exactly", "that's it", "ok ok",
    "Alright", "sure thing"[:4], "yes, use it", "yes, go on please", "Gladly, yes", "aye",
]  # fmt: skip

NO = [
    "no", "N", "nope", "No, thanks", "not yet", "stop", "false", "0", "nein", "Non", "いいえ", "no.",
    "No thank you", "please don't", "I'd rather not", "rather not", "absolutely not", "of course not",
    "No, it holds customer data.", "don't read it", "do not read my records", "no, not that one",
    "that's wrong", "no, version 3", "never", "No!", "no way", "sorry, no", "not really", '["no"]',
    "No, that is the wrong model", "nah", "wrong one", "no it isn't", "better not",
]  # fmt: skip

NEITHER = [
    "", "yes no", "I do not agree", "I don't agree", "I agree to disagree", "yes and no",
    "I agree to some of the terms", "the terms", "I would agree", "-1", "[-1]", "k9",
    "1 1 1 1", "2", "yes, but not now", "yeah right", "oh sure", "no problem", "no worries", "not no",
    "I don't disagree", "I can't say no", "don't worry about it", "no, go ahead", "no no, please do it",
    "yes, version 3", "ok, support-bot then", "yes, but with the other judge", "as if", "I agreed once",
    "yesterday", "know", "nothing", "okra", "yes, delete everything", "!!", "…", "agreeable", "si tacuisses",
    "never mind, yes", "yes I do not", "nobody agrees", "I may agree", "I want to agree", "not wrong",
    "there is no reason to say no", "yes to the first, no to the second", "{}", "null", "no. 2",
]  # fmt: skip

DOUBT = [
    ("yes, but what does it cost?", "question"), ("what are the terms?", "question"), ("yes?", "question"),
    ("do I have to agree", "question"), ("is this right", "question"), ("do I agree to the terms", "question"),
    ("Is anything stored?", "question"), ("why not version 3", "question"), ("how much is it", "question"),
    ("hm, what do you mean by that", "question"), ("Does my data leave the region?", "question"),
    ("what happens to it then", "question"), ("can you explain that to me", "question"),
    ("ok? really?", "question"), ("I don't understand", "question"), ("which role would work", "question"),
    ("if nothing is stored, ok", "condition"), ("yes if it is free", "condition"),
    ("ok, provided it costs less than $5", "condition"), ("yes, unless it is slow", "condition"),
    ("sure, as long as it stays in Europe", "condition"), ("ok once legal has agreed", "hesitation_or_condition"),
    ("depends on the price", "condition"), ("only when my boss agrees", "condition"),
    ("maybe", "hesitation"), ("I guess", "hesitation"), ("hmm", "hesitation"), ("not sure", "hesitation"),
    ("I think so", "hesitation"), ("probably yes", "hesitation"), ("maybe later", "hesitation"),
    ("let me check with my boss", "hesitation"), ("no idea", "hesitation"), ("yes, I suppose so", "hesitation"),
    ("wait", "hesitation"), ("I have to ask legal", "hesitation"), ("I don't know", "hesitation"),
    ("you decide", "you_decide"), ("up to you", "you_decide"), ("whatever you think is best", "you_decide"),
    ("I don't mind", "you_decide"), ("your call", "you_decide"), ("surprise me", "you_decide"),
]  # fmt: skip


@pytest.mark.parametrize("text", YES)
def test_yes_in_the_words_people_use(text):
    assert understand_yes_or_no(text, SHOWN) == Taken("yes", exact=True)


@pytest.mark.parametrize("text", NO)
def test_no_in_the_words_people_use(text):
    reading = understand_yes_or_no(text, SHOWN)

    assert isinstance(reading, Taken)
    assert reading.text == "no"


@pytest.mark.parametrize("text", NEITHER)
def test_what_is_neither_yes_nor_no(text):
    assert not isinstance(understand_yes_or_no(text, SHOWN), Taken)


@pytest.mark.parametrize(("text", "how"), DOUBT)
def test_a_question_a_condition_or_a_hesitation_is_no_answer(text, how):
    assert doubt_in(text) in how.split("_or_")
    assert not isinstance(understand_yes_or_no(text, SHOWN), Taken)
    assert yes_or_no(text) is None


def test_what_follows_a_no_is_kept():
    assert understand_yes_or_no("No, version 1 please", SHOWN) == Taken(
        "no", exact=True, left="version 1 please"
    )


TERMS_YES = [
    "yes", "Yes.", "I agree", "Yes, I agree.", "ok", "I accept the terms", "Yes, I acknowledge and agree to proceed",
    "“I agree”", "yes, go ahead", "Agreed!", "I do", "ja", "Yes, I agree to all of the terms and conditions.",
]  # fmt: skip
TERMS_NOT = [
    "[-1]", "-1", "[true]", "1 1 1 1", "k", "1", "y1", "yes?", "yes, but", "yes if free", "👍", "I may agree",
    "right", "perfect", "fine", "use it", "[\"yes\"]", "{\"agree\": true}", "yes_please", "yes/no", "I can agree",
    "yeah right", "true\n1", "agree-ish", "--yes", "/agree", "yes 100%", "looks right to me", "maybe", "I guess so", "true",
    "oui; non", "please do", "all good", "I agree under protest", "agree to disagree", "ok=ok", "y.e.s", "",
]  # fmt: skip


@pytest.mark.parametrize("text", TERMS_YES)
def test_terms_are_agreed_to_by_an_explicit_yes(text):
    assert yes_or_no(text, strict=True) is True


@pytest.mark.parametrize("text", TERMS_NOT)
def test_terms_are_not_agreed_to_by_anything_else(text):
    assert yes_or_no(text, strict=True) is not True


NONE = [
    "none", "No", "no, I don't have any.", "nothing", "None of them", "[]", "-", "nope", "as I said, none",
    "none for now", "we don't have any", "no KMS key", "not needed", "no thanks", "I don't need one", "n/a",
    "null", "skip that", "no key please", "No, we do not have a key", "none at all", "without", "neither",
]  # fmt: skip
NOT_NONE = [
    "none/such.json", "no.json", "[1]", "metrics.json", "yes", "note", "no-prod-key", "no subnet-1",
    "none-of-your-keys", "no, use alias/prod", "alias/none", "nobody", "not the old key but the new one",
    "no?", "none if that is cheaper", "subnet-1", "no VPC but sg-1", "noKey", "N26", "no/yes", "i", "nonesuch",
]  # fmt: skip


@pytest.mark.parametrize("text", NONE)
def test_something_optional_is_declined_in_the_words_people_use(text):
    assert says_none(text, ("kms", "key", "vpc"))


@pytest.mark.parametrize("text", NOT_NONE)
def test_what_names_something_declines_nothing(text):
    assert not says_none(text, ("kms", "key", "vpc"))
