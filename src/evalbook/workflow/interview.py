"""A step of the interview, and what it may see: earlier answers, AWS, the folder it works in.

The two stand together because each is explained by the other: a step asks, reads, checks and does,
always within an interview; an interview goes through its steps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import field
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from evalbook import aws
from evalbook.checks import Check
from evalbook.datasets.uses import FieldUse
from evalbook.errors import AnswerRejected, StateFileError
from evalbook.evaluation_types import EVALUATION_TYPES, LLM_AS_JUDGE, EvaluationType
from evalbook.records import dataclass
from evalbook.workflow.facts import ModelFacts
from evalbook.workflow.replies.reading import Reading
from evalbook.workflow.slots import ADVANCED, EVALUATION_TYPE, MODEL, REGION, Slot
from evalbook.workflow.state import StateDocument, find_in_other_tools
from evalbook.workflow.turn import Default, Question

V = TypeVar("V")
F = TypeVar("F")

Progress = Callable[[str, "int | None", "int | None"], None]
"""Called with what is being done, how much is done and how much there is, in bytes or None."""


def no_progress(_doing: str, _done: int | None, _total: int | None) -> None:
    """Show nothing."""


@dataclass
class Answer(Generic[V, F]):
    """A saved answer."""

    value: V
    facts: F
    said: str
    """The person's own words."""
    checks: tuple[Check, ...]
    at: str
    """When it was accepted, ISO 8601 in UTC."""
    in_doubt: bool = False
    """Something it depends on has changed since; it is checked again when its turn comes."""
    reopened: bool = False
    """The person asked to answer it again."""


AnyAnswer = Answer[Any, Any]


@dataclass
class Pending:
    """A question that AWS was asked for, or that asks again about an answer."""

    step: str
    at: str
    """When it was prepared, ISO 8601 in UTC."""
    narrowed: bool
    """Whether it asks again about an answer that was given to its step."""
    question: Question
    asked_as: str
    """Fingerprint of whose credentials AWS was asked with: what one may see, another may not."""


@dataclass
class AskedBack:
    """What was said fits one answer without being it, and is asked back."""

    answer: str
    """The answer that it fits, as its step reads it."""
    said: str
    question: str
    """The question that asks back."""


@dataclass
class Aside:
    """What is kept beside the answers."""

    pending: Pending | None = None
    dismissed: list[str] = field(default_factory=list)
    """Steps for which the person rejected what other tools had left."""
    volunteered: dict[str, str] = field(default_factory=dict)
    """What the person said ahead of its turn, by step."""
    asked_back: dict[str, AskedBack] = field(default_factory=dict)
    """By step."""
    unsettled: dict[str, str] = field(default_factory=dict)
    """Requested changes that could not be made, and why, by step."""
    confirmed: list[str] = field(default_factory=list)
    """The lines of the configuration as last shown."""


@dataclass
class Interview:
    """The answers so far and the world they are checked against."""

    document: StateDocument
    """The state file's content: foreign keys, and what evalbook saved last."""
    aws: aws.session.Aws
    state_path: Path
    steps_by_type: Mapping[str, tuple[Step[Any, Any], ...]]
    """The steps of each evaluation type, in order."""
    defaults: Mapping[str, Default] = field(default_factory=dict)
    """Answers that the person's own settings offer, by step."""
    at_hand: Mapping[str, str] = field(default_factory=dict)
    """Answers given as soon as they are asked for, by step."""
    folder: Path = field(default_factory=Path.cwd)
    """Where projects are created and relative paths start."""
    progress: Progress = no_progress
    answers: dict[str, AnyAnswer] = field(default_factory=dict)
    aside: Aside = field(default_factory=Aside)

    @property
    def type(self) -> EvaluationType:
        """The evaluation type; the first one until it is answered.

        Raises:
            StateFileError: the answer is a type that this version does not know.
        """
        name = self.value(EVALUATION_TYPE) or LLM_AS_JUDGE.name
        if name not in self.steps_by_type:
            raise StateFileError(
                "state.evaluation_type",
                f"{self.state_path} is for an evaluation of type {name!r}; this version knows "
                f"{', '.join(self.steps_by_type)}.",
                "Use a newer evalbook, or another state file.",
            )
        return EVALUATION_TYPES[name]

    @property
    def steps(self) -> tuple[Step[Any, Any], ...]:
        return self.steps_by_type[self.type.name]

    @property
    def all_steps(self) -> tuple[Step[Any, Any], ...]:
        """The steps of all evaluation types, each once."""
        return tuple(dict.fromkeys(step for steps in self.steps_by_type.values() for step in steps))

    @property
    def nameable(self) -> tuple[Step[Any, Any], ...]:
        """The steps that can be named: those of all types until anything is answered."""
        return self.steps if self.answers else self.all_steps

    @property
    def settings(self) -> tuple[Step[Any, Any], ...]:
        """The advanced settings among the steps."""
        return tuple(step for step in self.steps if step.advanced)

    def applies(self, step: Step[Any, Any]) -> bool:
        """Return whether the step is asked, or was: an advanced setting only where it is wanted."""
        if not step.applies(self):
            return False
        chosen = self.value(ADVANCED) if step.advanced else True
        named = chosen is True or step.name in (chosen or ())
        return named or step.name in self.aside.volunteered or step.name in self.answers

    @property
    def applying(self) -> tuple[Step[Any, Any], ...]:
        """The steps that apply, in order."""
        return tuple(step for step in self.steps if self.applies(step))

    def answered(self, step: str) -> bool:
        """Return whether the step has an answer that is not being asked again."""
        answer = self.answers.get(step)
        return answer is not None and not answer.reopened

    def answer(self, slot: Slot[V, F]) -> Answer[V, F]:
        """Return an answer that must exist by now.

        Raises:
            AnswerRejected: it is not: it fell, or was not given yet.
        """
        found = self.answers.get(slot.name)
        if found is None:
            raise AnswerRejected(
                "step.not_answered",
                f"{slot.name} must be answered first.",
                "Answer the current question.",
            )
        return found

    def value(self, slot: Slot[V, F]) -> V | None:
        """Return the value of an answer; None if there is none."""
        found = self.answers.get(slot.name)
        return None if found is None else found.value

    def facts(self, slot: Slot[V, F]) -> F | None:
        """Return what an answer's checks found; None if there is none."""
        found = self.answers.get(slot.name)
        return None if found is None else found.facts

    @property
    def model(self) -> ModelFacts:
        """What was found out about the model, which must be answered by now."""
        return self.answer(MODEL).facts

    @property
    def nova_alone(self) -> bool:
        """Whether the model is a Nova model, and each run evaluates one of those."""
        model = self.facts(MODEL)
        return self.type.one_nova_a_run and model is not None and model.nova

    @property
    def region(self) -> str:
        """Where the run takes place; until that is answered, where the model is."""
        return self.value(REGION) or self.model.region

    def finding(self, step: Step[Any, Any]) -> str | None:
        """Return what is known for a step without asking, unless it was dismissed."""
        if step.name in self.answers:
            return None
        said = self.aside.volunteered.get(step.name)
        if said is not None or step.name in self.aside.dismissed:
            return said
        default = self.defaults.get(step.name)
        return step.known(self) or (default.value if default else None)

    def will_ask(self, step: Step[Any, Any]) -> bool:
        """Return whether a person will see the step's question.

        If its answer is already known, its choices need not be looked up.
        """
        at_hand = self.at_hand.get(step.name, "").strip()
        known = self.answered(step.name) or self.finding(step) is not None
        return not known and (not at_hand or at_hand.isdigit())

    def file_named(self, said: str) -> Path:
        """Return a path given by a person, relative to their folder; ``~`` is home."""
        path = Path(said.strip("'\" "))
        # Without a known home it is a folder of that name.
        with suppress(RuntimeError):
            path = path.expanduser()
        return self.folder / path

    def found(self, *keys: str) -> str | None:
        """Return what another tool left in the state under the first of the keys that exists."""
        for key in keys:
            text = find_in_other_tools(self.document, key)
            if text is not None:
                return text
        return None


@dataclass(frozen=True)
class Accepted(Generic[V, F]):
    """An answer that passed its checks."""

    value: V
    """What the answer means; equal values are the same answer."""
    # Without facts, F is None.
    facts: F = None  # type: ignore[assignment]
    """What the checks found out and later steps use."""
    checks: tuple[Check, ...] = ()
    notices: tuple[str, ...] = ()
    """What the person should see now; not kept."""
    preview: Any = None
    fields: tuple[FieldUse, ...] = ()
    """What every field of the dataset is taken for, where it was just read."""


@dataclass(frozen=True)
class Narrowed:
    """The answer fits several things; the same step asks again, with them as choices."""

    question: Question


@dataclass(frozen=True)
class Reopened:
    """The answer sends the person back to an earlier step, where ``said`` may answer at once."""

    step: str
    said: str | None = None
    notices: tuple[str, ...] = ()


Outcome = Accepted[V, F] | Narrowed | Reopened

AnyAccepted = Accepted[Any, Any]


@dataclass(frozen=True)
class Wants:
    """How a front end should best take a step's answer."""

    long: bool = False
    """Whether several sentences or a pasted document are expected."""
    files: tuple[str, ...] = ()
    """Extensions of files that may be named."""
    s3: bool = False
    """Whether an S3 URI may be named."""
    projects: bool = False
    """Whether a project's folder is named."""
    word_for_word: bool = False
    """Whether the question is shown word for word, links included."""
    review: bool = False
    """Whether all answers so far are shown, each to be changed by its number."""
    own_choice: bool = False
    """Whether nothing is chosen beforehand, not even what an assistant says was said."""


@dataclass(frozen=True)
class Step(Generic[V, F]):
    """One thing to ask, check and save. No step knows which comes next."""

    slot: Slot[V, F]
    title: str
    """The answer's title in a summary."""
    ask: Callable[[Interview], Question]
    hears: Callable[[str, Question, Interview], Reading] | None = None
    """Turns a whole reply into an answer; by the question's kind if None."""
    read: Callable[[str, Question, Interview], V] = lambda text, _question, _: cast("Any", text)
    """Text to value, without asking AWS; raises `AnswerRejected`. The text itself by default."""
    check: Callable[[V, Interview], Outcome[V, F]] = lambda value, _: Accepted(value)
    """Value to what is saved; raises `AnswerRejected` or `AwsUnavailable`.

    Only reads, for it is asked about saved answers too: wherever they are in doubt, and by
    `evalbook check`.
    """
    do: Callable[[V, Interview], Outcome[V, F]] | None = None
    """What answering does beyond being saved, such as writing the notebook, in the check's place.

    Runs only when a person answers this very step.
    """
    applies: Callable[[Interview], bool] = lambda _: True
    known: Callable[[Interview], str | None] = lambda _: None
    """What an earlier tool left in the state as a possible answer, to be confirmed."""
    known_from: Callable[[Interview], str | None] = lambda _: None
    """Where that was found, if not in the state file."""
    describe: Callable[[V, F], str] = lambda value, _: str(value)
    depends_on: tuple[Slot[Any, Any], ...] = ()
    """Steps whose change puts this answer in doubt."""
    depends_on_all: bool = False
    """Whether the answer covers everything before it, so that any earlier change counts."""
    asked_again: bool = False
    """Whether doubt asks again at once instead of rechecking the saved answer."""
    said_ahead: bool = True
    """Whether an answer may be given before its turn."""
    asks_aws: bool = False
    """Whether preparing the question asks AWS, so that the question is worth keeping."""
    advanced: bool = False
    """Whether it is an advanced setting, asked only on request."""
    asked_knowing: tuple[Slot[Any, Any], ...] = ()
    """Steps whose volunteered answers may change the question itself."""
    longest: int = 4096
    """Characters of an answer. An ARN, an S3 URI and a path have fewer."""
    exact_in_file: str | None = None
    """The only text that answers this step from a file of answers."""
    example: str = ""
    """A good answer."""
    example_meaning: str = ""
    """What that does and what it costs, in whole sentences."""
    wants: Wants = Wants()
    unasked: Any = field(default=None, hash=False)
    """What the notebook's cells are given where the step was not asked, or was answered none."""

    @property
    def name(self) -> str:
        """As the contract calls it, and as its answer is kept."""
        return self.slot.name


AnyStep = Step[Any, Any]
