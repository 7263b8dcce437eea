"""What of a reply answers other steps: the pieces of "evaluate X with Y on s3://…"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import field

from evalbook.evaluation_types import EVALUATION_TYPES
from evalbook.metrics.benchmarks import benchmarks
from evalbook.metrics.builtin import builtin_metrics
from evalbook.records import dataclass
from evalbook.workflow.replies.numbers import NUMBER
from evalbook.workflow.replies.places import REGION, region_of
from evalbook.workflow.replies.values import ARN
from evalbook.workflow.replies.vocabulary import VOCABULARY, vocabulary
from evalbook.workflow.replies.words import (
    FOR_HELP,
    POLITE,
    doubt_in,
    folded,
    politely_asked,
    with_no_first,
    without_courtesy,
    words_of,
)
from evalbook.workflow.step_names import StepName

_LONGEST = 4000
"""Characters of a reply in which answers to other steps are looked for."""


@dataclass(frozen=True)
class Piece:
    """What was said for one step, as that step reads it."""

    step: str
    said: str


@dataclass(frozen=True)
class Parts:
    """The pieces of a reply, and what of it was not understood."""

    pieces: tuple[Piece, ...]
    rest: str = ""
    left: str = ""
    """The reply without its pieces."""


_URI = r"(?P<value>s3[an]?://[^\s,;\"'<>`)\]]*[^\s,;\"'<>`)\].:!?])"
_NAME = r"[\"'“`]?(?P<value>[A-Za-z0-9][\w./:+=,@-]*[\w]|[A-Za-z0-9])[\"'”`]?"
_RESULTS = r"(?:(?:all |the |my |its |their )*(?:results?|outputs?|scores|reports?))"
_TO = r"(?:to|in|into|under|at|:|=|->|→|go to|goes? (?:in)?to|should go (?:in)?to|go in|(?:should |must |to )?be (?:written|saved|stored|put) (?:in)?(?:to)?|is|are|should be)"
_WRITE = r"(?:writ(?:e|ing)|sav(?:e|ing)|stor(?:e|ing)|put(?:ting)?|send(?:ing)?|deliver|dump)"
_FAMILY = (
    r"(?:amazon )?nova[ -](?:micro|lite|pro|premier)(?:[ -]v?\d(?::\d)?)?"
    r"|(?:anthropic )?claude(?: |-)(?:\d(?:[.-]\d)? ?)?(?:haiku|sonnet|opus|instant)(?:[ -]\d(?:[.-]\d)?)?(?: v\d)?"
    r"|(?:anthropic )?(?:haiku|sonnet|opus)(?: \d(?:\.\d)?)?|claude \d(?:\.\d)?"
    r"|(?:meta )?llama[ -]?\d(?:\.\d)?[ -]\d{1,3}b(?: instruct)?"
    r"|(?:mistral(?: ai)? (?:large|small)|mixtral|command r\+?|deepseek[ -]r1|gpt[ -]oss[\w. -]*\d+b)(?: \d+(?:\.\d+)?)?"
)
_JUDGE_ID = (
    r"(?:(?:us|eu|apac|global|us-gov|au|jp|ca)\.)?(?:amazon|anthropic|meta|mistral|cohere|ai21|deepseek|openai|qwen|"
    r"google|nvidia|minimax|moonshot|zai|writer)\.[a-z][\w.-]*(?::\d+)?"
)
_TITLES = VOCABULARY.facts["titles"]


@dataclass(frozen=True)
class _Rule:
    """Words around a value, and the step that it is for."""

    step: StepName
    pattern: str
    value: str | Callable[[re.Match[str]], str | None] = lambda found: found["value"]
    """Always the same, or by what the pattern found."""


def _no_stop_word(found: re.Match[str]) -> str | None:
    name = found["value"].rstrip(".,:")
    return None if name.casefold() in vocabulary("no_model") | vocabulary("no") | POLITE else name


def _version(found: re.Match[str]) -> str | None:
    name = _no_stop_word(found)
    return name and f"version {found['version']} of {name}"


_VERSION = r"(?:version|v)\s?(?P<version>\d{1,6})"
_EVALUATE = r"\b(?:evaluat(?:e|ing)|assess(?:ing)?|benchmark(?:ing)?|check(?:ing)?|test(?:ing)?|compar(?:e|ing)|scor(?:e|ing))"
_MODEL = r"(?:(?:my|our|the|fine-?tuned|tuned|model|package|group|latest|newest|version|of|called|named)\s+)*"


def _arn(step: StepName, kind: str) -> _Rule:
    """Return the rule for an ARN of a kind, which needs no words around it."""
    pattern = rf"(?=arn:\S*(?:{kind}))(?P<value>{ARN})"
    return _Rule(step, pattern, lambda found: found["value"].rstrip(".:!?"))


_ARN_RULES = (
    _arn("model", r":sagemaker:\S*:(?:model-package(?:-group)?|training-job)/"),
    _arn("model", r":hub-content/\S*/Model/"),
    _arn("dataset", r":hub-content/\S*/DataSet/"),
    _arn("scorer", r":hub-content/\S*/JsonDoc/|:lambda:"),
    _arn("execution_role", r":iam:\S*:role/"),
    _arn("kms_key", ":kms:"),
    _arn("judge_model", r":bedrock:\S*:(?:foundation-model|inference-profile)/"),
    _arn("agent_config", ":bedrock-agentcore:"),
    _arn("mlflow", r":sagemaker:\S*:mlflow-"),
)
_TYPE_ALONE = f"(?:an? |the )?(?P<value>{'|'.join(it.label for it in EVALUATION_TYPES.values())})"
_VERSION_ALONE = rf"(?:{_NAME},?\s+{_VERSION})"
_PATH_ALONE = r"(?P<value>[a-z][\w-]*/\d{1,6})"

# In this order: what a rule takes is gone for those after it.
_RULES: tuple[_Rule, ...] = (
    _Rule("s3_output", rf"(?:{_WRITE}\s+)?{_RESULTS}\s*(?:\w+\s+)?{_TO}?\s*{_URI}"),
    _Rule("s3_output", rf"\b{_WRITE}\s+(?:(?:it|them|everything|all|that)\s+)?{_TO}\s+{_URI}"),
    _Rule("s3_output", rf"{_URI}\s+(?:is |are )?(?:for|as)\s+{_RESULTS}"),
    _Rule("s3_output", rf"\b(?:in|to)to?\s+{_URI}(?=\s+(?:instead|please)|[.!]?$)", lambda found: None if re.search(r"\.\w{3,7}$", found["value"]) else found["value"]),
    _Rule("dataset", rf"\b(?:on|with|using|against|over|from|dataset|data|records|prompts|test ?set|file)(?:\s+(?:is|are|in|at|from|lies|lives|sits|to))*\s*[:=]?\s*{_URI}"),
    _Rule("dataset", _URI, lambda found: found["value"] if re.search(r"\.(?:jsonl?|ndjson|csv|tsv|parquet|gz)$", found["value"], re.I) else None),
    _Rule("s3_output", _URI),
    _Rule("s3_output", rf"(?:{_WRITE}\s+)?{_RESULTS}\s+(?:{_TO}\s+)*(?P<value>(?:the )?same bucket[^.;\n]*?(?:folder|prefix|under)\s+[\w/.-]+|(?:the |a )?(?:sub)?folder\s+(?:called |named )?[\w/-]+)"),
    _Rule("s3_output", rf"(?P<value>(?:the )?same bucket,?\s+(?:in )?(?:the )?(?:folder|prefix)\s+[\w/.-]+)\s+(?:for|as)\s+{_RESULTS}"),
    _Rule("custom_metrics", r"\bno\s+(?:custom\s+(?:ones|metrics?)|(?:metrics?|ones)\s+of\s+(?:my|our)\s+own)\b", "none"),
    _Rule("evaluation_type", r"\b(?:with |use |using |by |as |an? |the |do |run )*(?:llm[- ]as[- ](?:an?[- ]|the[- ])?judge|llm[- ]judge|llmaj|model[- ]as[- ]a[- ]judge)\b(?: evaluation)?", "llm_as_judge"),
    _Rule("evaluation_type", r"\b(?:with |use |using |a |my |own |run )*custom scorer\b", "custom_scorer"),
    _Rule("evaluation_type", r"\b(?:multi[- ]turn rl|multi[- ]turn reinforcement learning|agent rollouts?)\b", "multi_turn_rl"),
    _Rule("judge_model", rf"\b(?:(?:use|with|take|using|have|let|by|want|i want|switch to|try)\s+)*(?P<value>{_JUDGE_ID})(?:\s+(?:as|for|be)\s+(?:the |a |my )?judge)?(?:\s+(?:model|judge))?(?![\w/])"),
    _Rule("judge_model", rf"\b(?:(?:change|make|set|swap|replace|switch)\s+)?(?:the\s+)?judged?(?:\s+model)?\s*(?:to|is|by|with|for|:|=|should be|be|being)*\s*(?P<value>{_FAMILY})(?!\w)"),
    _Rule("judge_model", r"\b(?:use |with |take |like |want )?(?P<value>claude|nova|llama|mistral)\s+(?:as|for|be)\s+(?:the |a |my )?judge\b"),
    _Rule("judge_model", r"\bjudge(?:\s+model)?\s+(?:should be|is|to)\s+(?P<value>claude|nova|llama|mistral)\b(?! *\w)"),
    _Rule("judge_model", rf"(?<!tuned )(?<!my )(?<!evaluate )(?<!base )(?<!model )(?<![\w-])(?:(?:use|with|take|using|have|let|by|want|i want|switch to|try)\s+)*(?P<value>{_FAMILY})(?:\s+(?:as|for|be|to)\s+(?:the |a |my )?judge)?(?:\s+judge)?(?![\w-])"),
    _Rule("evaluation_type", rf"^\W*{_TYPE_ALONE}\W*$"),
    _Rule("model", rf"^\W*{_VERSION_ALONE}\W*$", _version),
    _Rule("model", rf"^\W*{_PATH_ALONE}\W*$"),
    _Rule("model", rf"{_EVALUATE}\s+{_MODEL}{_VERSION}\s+of\s+(?:the\s+|my\s+|model\s+|group\s+)*{_NAME}", _version),
    _Rule("model", rf"\b(?:use\s+|take\s+|with\s+)?(?:the\s+)?{_VERSION}\s+of\s+(?:the\s+|my\s+|model\s+|group\s+)*{_NAME}", _version),
    _Rule("model", rf"{_EVALUATE}\s+{_MODEL}{_NAME}\s+{_VERSION}\b", _version),
    _Rule("model", rf"{_EVALUATE}\s+{_MODEL}{_NAME}(?:\s+(?:model|package))?(?=\s+(?:with|on|using|against|by|in|as|and|for|version|please|from|via|to|then)\b|\s*[,.;:!?]|\s*$|\s+¦)", _no_stop_word),
    _Rule("model", rf"\b(?:the\s+|my\s+)?(?:fine-?tuned\s+)?model(?:\s+(?:package|group))*\s+(?:(?:is|should be|called|named)\s+)+{_NAME}", _no_stop_word),
    _Rule("model", rf"(?<![\w./:@-])(?:use\s+|take\s+)?(?:the\s+)?(?P<value>{_VERSION})(?:\s+instead)?\b(?!\s+of|[./:@-]\w)", lambda found: f"version {found['version']}"),
    _Rule("project", r"\b(?:and\s+)?(?:call|name|rename)\s+(?:the\s+|my\s+|our\s+)?(?:project(?:\s+folder|\s+directory)?|folder|directory)\s+(?:to\s+)?[\"'“`]?(?P<value>[\w-]+(?: [\w-]+){0,3}?)[\"'”`]?(?=\s+(?:and|but|then|please|with|instead)\b|\s*[,.;!?¦]|\s*$)"),
    _Rule("project", r"\b(?:the\s+)?project(?:\s+(?:folder|name|directory))*\s+(?:(?:should be|is|be|to|called|named)\s+)+(?:called\s+|named\s+)?[\"'“`]?(?P<value>[\w-]+)[\"'”`]?"),
    _Rule("project", r"\b(?:call|name)\s+(?:it|this|everything)\s+[\"'“`]?(?P<value>[a-z0-9][\w-]*)[\"'”`]?"),
    _Rule("run_name", r"\b(?:call|name)\s+(?:the\s+|this\s+)?run\s+[\"'“`]?(?P<value>[\w-]+)[\"'”`]?|\brun\s+(?:name|called|named)(?:\s+(?:is|should be))?\s+[\"'“`]?(?P<other>[\w-]+)", lambda found: found["value"] or found["other"]),
    _Rule("execution_role", r"\b(?:use|with|using|as|under|take)?\s*(?:the\s+|my\s+)?(?:iam\s+|execution\s+)*role\s+(?:(?:is|should be|called|named|to)\s+)*[\"'“`]?(?P<value>(?=\w)[\w+=.@-]*[A-Z0-9_-][\w+=.@-]*)[\"'”`]?"),
    _Rule("execution_role", r"\b(?:use\s+|with\s+|using\s+|as\s+|under\s+)?(?:the\s+|my\s+)?(?P<value>(?-i:[A-Z])[\w+=.@-]*(?-i:Role)[\w-]*)(?:\s+role)?\b"),
    _Rule("kms_key", r"\b(?:encrypt\w*\s+(?:it\s+|them\s+|the results\s+|everything\s+)?(?:with|by|using)\s+)?(?:the\s+)?(?:kms\s+)?(?:key\s+)?(?P<value>alias/[\w/-]+)"),
    _Rule("vpc", r"\b(?:in\s+|use\s+|with\s+)*(?P<value>(?:subnet|sg)-[0-9a-z]+(?:\s*(?:,|and|\s)\s*(?:subnet|sg)-[0-9a-z]+)*)"),
    _Rule("compute", r"\b(?:on\s+|use\s+|with\s+)*(?:an?\s+)?(?P<value>ml\.[a-z0-9]+\.[a-z0-9]+)\b"),
    _Rule("notebook", r"\b(?:append|add)\s+(?:it\s+|them\s+|the cells\s+)?to\s+[\"'“`]?(?P<value>[\w./~-]+\.ipynb)"),
    _Rule("notebook", r"\b(?:write\s+|make\s+|create\s+|into\s+|in\s+|use\s+)?a\s+(?:brand[- ])?new\s+notebook\b", "new"),
    _Rule("custom_metrics", r"\b(?:my |the |own |custom )*metrics?\s+(?:are|is|file|come|comes|from|in)+\s+(?:in\s+|from\s+)?(?P<value>[\w./~-]+\.json)\b"),
    _Rule("region", rf"\b(?:in|region|from)?\s*(?:is\s+|the\s+)?(?P<value>{REGION})"),
    _Rule("region", r"\b(?:in|region|from)\s+(?:the\s+|region\s+|is\s+|should be\s+|to\s+|=\s*|:\s*)*(?P<value>[A-Z][\w.]*(?: [A-Z][\w.]*)?)", lambda found: found["value"].rstrip(".") if region_of(found["value"]) else None),
    _Rule("task", r"\b(?:it|the model|my model|the task|task|which|that)\s+(?:is|was|s)\s+(?:trained|fine-?tuned|tuned|meant|supposed)\s+(?:to|for)\s+(?P<value>[^.;¦]+)"),
    _Rule("task", r"\b(?:fine-?tuned|trained|tuned)\s+(?:(?:something|it|one|an?|the|our|own|model|llm|on|with|in|using|amazon|aws|sagemaker|llama|nova|qwen|mistral)\s+)*(?:to|for)\s+(?P<value>.+?)(?=\s+and\s+(?:my|we|i|now|want|would|need)\b|[.;,¦]|$)"),
    _Rule("task", r"\b(?:it|(?:the|our|my|this) model)\s+(?P<value>(?:summari[sz]es|answers|classifies|translates|writes|generates|extracts|helps|handles|replies|responds|converts|reviews|detects|explains|routes|drafts|rewrites)\b(?:(?!, no )[^.;¦])*)"),
    _Rule("task", r"\b(?:the\s+|its\s+|my\s+)?task\s+(?:is|:)\s*(?:to\s+)?(?P<value>[^.;¦]{4,})"),
    _Rule("stopping_condition", rf"\bstop\w*\s+(?:(?:it|the|a|each|every|jobs?)\s+)*after\s+(?P<value>{NUMBER}\s*[a-z]+)"),
    _Rule("pilot", rf"\b(?:an?\s+)?pilot\s+(?:of|with)\s+(?P<value>{NUMBER})(?:\s+records)?"),
    _Rule("pilot", rf"\b(?:(?:only|just|evaluate|use|take)\s+)+(?P<value>{NUMBER})\s+records\b"),
    _Rule("sample_limit", rf"\b(?:(?:only|just|run|with|use|take)\s+)+(?:the\s+first\s+)?(?P<value>{NUMBER})\s+samples?(?:\s+(?:each|of each task|per task))?\b"),
    _Rule("epochs", rf"\brun\s+(?:(?:each|every|it|them|all|sample|samples)\s+)+(?P<value>{NUMBER})(?:\s+times)?\b|\b(?P<other>{NUMBER})\s+epochs\b", lambda found: found["value"] or found["other"]),
    _Rule("scope", r"\b(?:only|just)\s+(?:evaluate\s+)?(?:the\s+)?fine-?tuned(?:\s+(?:model|one))?\b|\bfine-?tuned\s+(?:model\s+)?only\b", "fine_tuned_only"),
    _Rule("scope", r"\b(?:only|just)\s+(?:evaluate\s+)?(?:the\s+)?base(?:\s+model)?\b|\bbase model only\b", "base_only"),
)  # fmt: skip


def is_one_name(text: str) -> bool:
    """Return whether a reply names a model's version, or an evaluation type, and says no more."""
    alone = (_TYPE_ALONE, _VERSION_ALONE, _PATH_ALONE)
    found = (re.fullmatch(rf"\W*{it}\W*", text, re.IGNORECASE) for it in alone)
    return any(it and _no_stop_word(it) for it in found)


def find_pieces(text: str, *beside: str) -> Parts:
    """Find what a whole reply says for which step.

    ``beside`` are steps for which nothing is looked for, such as the one that is asked.
    """
    if len(text) > _LONGEST:
        return Parts(())
    text = re.sub(r"\s*(?:->|=>|→)\s*", " to ", with_no_first(without_courtesy(text)))
    search = _Search("", set(beside))
    wishes = []
    for sentence in re.split(r"(?<=[.!?])\s+(?=\S)|\n", text):
        asked, wish = politely_asked(sentence)
        if help_wanted := re.match(FOR_HELP, sentence, re.IGNORECASE):
            asked, wish = True, sentence[help_wanted.end() :].rstrip("?")
            if len(wish.split()) < 4 and not find_pieces(wish, *beside).pieces:
                continue
        if asked and not re.match(r"\W*(?:can|could|may|should) i\b", sentence, re.IGNORECASE):
            doubtful = not find_pieces(wish, *beside).pieces
        else:
            doubtful = doubt_in(sentence) in ("question", "condition", "hesitation")
        wishes.append(search.hidden(sentence) if doubtful else wish)
    search.text = "\n".join(wishes)
    search.lines()
    for rule in _ARN_RULES:
        search.apply(rule)
    search.metrics()
    for rule in _RULES:
        search.apply(rule)
    search.benchmarks()
    return Parts(tuple(search.pieces), search.rest(), search.left())


_LEADS = r"^(?:and|but|please|i|we|with|for|by|on|the)\s+"
# "The role is right", "the task is wrong, it summarises": said of an answer, and no answer.
_JUDGES_IT = (
    r"(?:all |not |quite |too |also )*(?:right|wrong|fine|ok|okay|good|correct|incorrect|bad|missing|different|"
    r"what|same|changed|needed|there|here|perfect|great|nice|unclear|off)\b(?=\W|$)(?![-_])"
)


def step_to_change(text: str) -> str | None:
    """Return the one step whose answer a reply wants changed, without saying to what."""
    if not re.search(_WANTS_CHANGED, text, re.IGNORECASE):
        return None
    said = " ".join(words_of(text))
    named = {name: step for name, step in _TITLES.items() if re.search(rf"\b{name}\b", said)}
    # "Judge model" is no "model" besides.
    whole = [name for name in named if not any(name in it and name != it for it in named)]
    steps = {named[name] for name in whole}
    return steps.pop() if len(steps) == 1 else None


_WANTS_CHANGED = (
    r"\b(?:change|another|different|other|wrong|except|but|not right|incorrect|isn['’]?t right|reopen|redo|fix|"
    r"correct the|back to|edit|switch|not happy with|reconsider)\b|\bdon['’]?t like\b"
)


@dataclass
class _Search:
    """The text of a reply, from which pieces are taken."""

    text: str
    beside: set[str]
    pieces: list[Piece] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    """What is no piece, and not to be searched; each stands in the text by its number."""

    def hidden(self, words: str) -> str:
        """Return what stands for words that are not to be searched."""
        self.kept.append(words)
        return f"⟦{len(self.kept) - 1}⟧"

    def take(self, step: str, said: str, start: int, end: int) -> None:
        """Take a piece out of the text, unless its step has one already: the first counts."""
        if any(piece.step == step for piece in self.pieces):
            return
        if re.match(_JUDGES_IT, said.strip(), re.IGNORECASE):
            return
        if step in self.beside:
            taken = self.hidden(self.text[start:end])
        else:
            self.pieces.append(Piece(step, said.strip(" ,;\n")))
            taken = " ¦ "
        self.text = f"{self.text[:start]}{taken}{self.text[end:]}"

    def apply(self, rule: _Rule) -> None:
        # Compiled when first needed: to show a question no reply is searched.
        for found in re.finditer(rule.pattern, self.text, re.IGNORECASE):
            value = rule.value if isinstance(rule.value, str) else rule.value(found)
            if value and not _denied(self.text[: found.start()]):
                self.take(rule.step, value, *found.span())
                return

    def lines(self) -> None:
        """Take what is written as ``name: value``, after a comma, a semicolon or a line's end."""
        titles = sorted({*_TITLES, *_TITLES.values()}, key=len, reverse=True)
        names = "|".join(titles).replace(" ", "[ _]")
        pattern = re.compile(
            rf"(?:^|[;,\n.]|\band\b|\bbut\b|\bexcept\b|\bjust\b)\s*(?:(?:please\s+)?(?:set|change|make)\s+)?(?:the\s+|my\s+)?(?P<name>{names})\s*"
            r"(?:=|:(?!/)|\b(?:to|should be)\b(?: called| named)?)\s*(?P<value>\[[^\]]*\]|[^;\n]+?)(?=\s*(?:;|\n|$|,\s*(?:and\s+)?(?:the\s+|my\s+)?"
            rf"(?:{names})\s*(?:=|:)|,?\s+and\s+(?:call|name|add|use|write|put|drop|remove|change|set|make|leave|also|i|without|save)\b))",
            re.IGNORECASE,
        )  # fmt: skip
        while found := pattern.search(self.text):
            name = found["name"].casefold()
            step = _TITLES.get(name.replace("_", " "), name)
            before = self.text
            value, end = found["value"].strip(), found.end()
            if uri := re.match(_URI, value):
                # The sentence goes on behind a place.
                value, end = uri[0], found.start("value") + uri.end()
            self.take(step, value if "://" in value else value.strip(" ."), found.start(), end)
            if self.text == before:
                return

    def metrics(self) -> None:
        """Take the clause in which built-in metrics are named, with what is to be done with them."""
        names = (re.sub(r"(?<=[a-z])(?=[A-Z])", r"[ _-]?", it.name) for it in builtin_metrics())
        one = "|".join(names)
        verb = (
            r"(?:also |too |want |would like |like |add |adding |include |plus |drop |remove |without |skip |leave out |"
            r"only |just |use |with |for |by |on |but |not |no |the |metrics?[:=]? |including |instead of |score |and |"
            r"i |we |have |please |built-?in |recommended (?:ones |metrics )?)*"
        )
        pattern = re.compile(
            rf"(?<![\w/.-])(?P<verb>{verb})(?P<names>(?:builtin\.)?(?:{one})(?:(?:\s*,\s*(?:and |or )?|\s+and\s+|\s*&\s*|\s+but not\s+|\s+without\s+)(?:builtin\.)?(?:{one}))*)(?![\w-])(?P<after>\s+(?:too|as well|also|metrics?|instead))?",
            re.IGNORECASE,
        )  # fmt: skip
        said: list[str] = []
        found = pattern.search(self.text)
        while found and "builtin_metrics" not in self.beside:
            clause = found[0].strip()
            if _denied(self.text[: found.start()]):
                clause = f"without {found['names']}"
            elif said and re.match(r"but (?!not\b)", clause, re.IGNORECASE):
                clause = f"add {found['names']}"
            said.append(re.sub(_LEADS, "", clause, flags=re.IGNORECASE))
            self.text = f"{self.text[: found.start()]} ¦ {self.text[found.end() :]}"
            found = pattern.search(self.text)
        if said:
            self.pieces.append(Piece("builtin_metrics", ", ".join(said)))

    def benchmarks(self) -> None:
        # "Math" may be what the model does.
        names = [it.name for it in benchmarks() if it.name != "math"]
        for name in sorted(names, key=len, reverse=True):
            found = re.search(
                rf"\b(?:on |with |run |using |the |use )*{re.escape(name).replace('_', '[ _-]')}(?: benchmark)?\b",
                self.text,
                re.IGNORECASE,
            )
            if found:
                on = re.compile(rf"\s+(?:on|for|against)\s+{_NAME}", re.IGNORECASE)
                if (model := on.match(self.text, found.end())) and _no_stop_word(model):
                    self.take("model", model["value"], *model.span())
                self.take("benchmark", name, *found.span())
                return

    def rest(self) -> str:
        """Return the parts of the text that were not understood and say something."""
        silent = POLITE | vocabulary("linking")
        parts = re.split(r"¦|[;\n]|(?<=[.!?])\s", self.text)
        telling = [it for it in parts if not {*map(folded, words_of(it))} <= silent]
        return "; ".join(filter(None, (self._whole(it).strip(" ,.;:-") for it in telling)))

    def left(self) -> str:
        """Return the text without its pieces."""
        words = re.sub(r"[\s,.;:!¦-]+", " ", self._whole(self.text)).split()
        linking = vocabulary("linking") - vocabulary("matters")
        return " ".join(word for word in words if folded(word) not in linking)

    def _whole(self, text: str) -> str:
        return re.sub(r"⟦(\d+)⟧", lambda it: self.kept[int(it[1])], text)


def _denied(before: str) -> bool:
    """Return whether what comes next is said not to be meant: "don't use", "instead of"."""
    denies = (
        r"\b(?:not|no|never|dont|don['’]t|without|instead of|rather than|anything but|except|nor)\b\s*"
        r"(?:\w+\s+){0,3}$"
    )
    clause = re.split(r"[,;.!?¦]|\bbut\b", before)[-1]
    return bool(re.search(denies, clause, re.IGNORECASE))
