from prompt_toolkit.utils import get_cwidth

from evalbook.cli.wizard.prompts import answers_in_brief, cut, cut_at_word

ROLE = "arn:aws:iam::123456789012:role/EvaluationRole"


def test_the_latest_answers_come_first_and_the_rest_are_counted():
    answers = [("Task", "Answers."), ("Dataset", "s3://a/b.jsonl"), ("Role", ROLE)]

    assert answers_in_brief("4 of 16", answers, 80) == (
        " 4 of 16 │ Role: EvaluationRole │ Dataset: s3://a/b.jsonl │ Task: Answers."
    )
    assert answers_in_brief("4 of 16", answers, 60) == (" 4 of 16 │ Role: EvaluationRole │ 2 more")


def test_the_place_is_there_however_narrow_the_terminal():
    answers = [("Task", "Answers billing questions.")]

    assert answers_in_brief("14 of 16", answers, 20) == " 14 of 16 │ 1 answe…"


def test_a_text_is_cut_only_where_it_does_not_fit():
    assert [cut("Answers", width) for width in (8, 7, 6, 1)] == [
        "Answers",
        "Answers",
        "Answe…",
        "…",
    ]


def test_a_text_is_cut_between_words_where_there_are_some():
    assert cut_at_word("Answers billing, politely", 20) == "Answers billing …"
    assert cut_at_word("Answers, politely", 20) == "Answers, politely"
    assert cut_at_word("s3://bucket/with/a/long/key.jsonl", 20) == "s3://bucket/with/a/…"


def test_of_a_long_text_no_more_is_measured_than_fits():
    assert cut("word " * 1_000_000, 10) == "word word…"


def test_wide_letters_count_twice():
    assert cut("日本語テキスト", 7) == "日本語…"
    assert get_cwidth(cut("日本語テキスト", 7)) <= 7
