"""What can be wrong with a model's answers by themselves, whatever the judge made of them.

A judge may score an answer that was cut off, or that says nothing, as if it were one. So these are
counted for each model, and said beside the verdict.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from evalbook.runs.records import Line, optional_text, read_prompt_text, read_response_text

# The words of Bedrock's Converse, OpenAI, InspectAI, Hugging Face and Gemini, in lower case.
_AT_THE_LIMIT = ("max_tokens", "length", "model_length", "max_output_tokens")
_BLOCKED = ("refusal", "content_filter", "content_filtered", "guardrail_intervened", "safety")
_MOST_TEXTS = 1000
_ALIKE, _SHORT_ALIKE = 0.2, 0.95
"""The share of a model's answers from which on one text among them is worth a word: a label or a
choice may be the right answer to many."""
_FEWEST_ALIKE, _SHORT = 5, 20
_LONG = 400
"""Characters from which on an answer that ends in the middle of a sentence was probably cut."""
_LIST_ITEM = re.compile(r"\s*([-*•#|>]|\d+[.)])")
_THINKING = (("<think", "</think"), ("[THINK]", "[/THINK]"), ("<thought>", "</thought>"))
_PLACEHOLDER = re.compile(
    r"(\W*|\W*(n/?a|none|null|nil|todo|tbd|string|response|answer|output|placeholder|lorem ipsum.*"
    r"|your (answer|response)( here)?|insert .{0,40} here|no (answer|response)|undefined|nan)\W*)",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"\W*(i('m| am) (really |very |so )?(sorry|unable|not able)|sorry,? (but )?i"
    r"|(i|my) apolog|i (can('|no)t|cannot|won't|will not|must (\w+ )?decline)|as an ai\b"
    r"|unfortunately,? i (can|am|do|'m))",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"\b(can('|no)t|cannot|unable|not able|won't|will not|decline|do not have|don't have)\b",
    re.IGNORECASE,
)

WORDS = {
    "empty": "say nothing",
    "placeholder": "are placeholders",
    "repeats": "repeat the prompt",
    "refusal": "refuse to answer",
    "thinking": "are unfinished thinking",
    "limit": "were cut off at the token limit",
    "cut": "end mid-sentence, like answers cut off at the token limit",
    "alike": "are all the same text",
}


@dataclass
class AnswerFaults:
    """How many answers of one model are wrong by themselves, and how."""

    answers: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    _texts: Counter[tuple[bool, int]] = field(default_factory=Counter)

    def look(self, line: Line) -> None:
        """Count one answer; it has one fault at most, the gravest."""
        if not line.model_responses:
            return
        self.answers += 1
        answer = line.model_responses[0]
        text = read_response_text(answer.response).strip()
        place = len(text) < _SHORT, hash(text)
        fault = _fault(text, (answer.stop_reason or "").lower(), line)
        if fault:
            self.counts[fault] += 1
        elif place in self._texts or len(self._texts) < _MOST_TEXTS:
            self._texts[place] += 1

    def found(self) -> dict[str, int]:
        """Return the number of answers by fault; the keys are those of `WORDS`."""
        found = {name: self.counts[name] for name in WORDS if self.counts[name]}
        for (short, _), alike in self._texts.most_common():
            share = _SHORT_ALIKE if short else _ALIKE
            if alike >= max(_FEWEST_ALIKE, share * self.answers):
                return {**found, "alike": alike}
        return found


def _fault(text: str, stop: str, line: Line) -> str | None:
    asked = line.input_record
    text = text.replace("\u2019", "'")
    if text and text.lower() == (optional_text(asked.reference_response) or "").strip().lower():
        return None
    if len(text) < 100 and _PLACEHOLDER.fullmatch(text):
        return "placeholder" if any(map(str.isalnum, text)) else "empty"
    if any(opens in text and closes not in text for opens, closes in _THINKING):
        return "thinking"
    if stop in _AT_THE_LIMIT:
        return "limit"
    if len(text) >= _LONG:
        if (text[-1].isalpha() or text[-1] in ",-") and not _LIST_ITEM.match(text.splitlines()[-1]):
            return "cut"
    elif _REFUSAL.match(text) and _REFUSED.search(text):
        return "refusal"
    if stop in _BLOCKED:
        return "refusal"
    said, repeated = (" ".join(it.lower().split()) for it in (read_prompt_text(asked.prompt), text))
    return "repeats" if len(text) >= _SHORT and said == repeated else None
