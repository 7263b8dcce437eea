"""Where the interview stands: the step to ask next, and what is already known of its answer."""

from __future__ import annotations

from dataclasses import replace

from evalbook.errors import AnswerRejected
from evalbook.records import dataclass
from evalbook.texts import shortened
from evalbook.workflow import hearing
from evalbook.workflow.interview import AnyAnswer, AnyStep, AskedBack, Interview
from evalbook.workflow.kept import find_kept_question
from evalbook.workflow.replies.reading import AskBack, Hesitates, Incomplete, Reading, Taken
from evalbook.workflow.turn import Question


@dataclass(frozen=True)
class Ahead:
    """The step that is asked."""

    step: AnyStep
    asked: Question
    """The step's own question."""
    finding: str | None = None
    """What is known without asking, to be confirmed instead."""

    def question(self, interview: Interview) -> Question:
        if self.finding is None:
            return self.asked
        return _confirmation(interview, self.step, self.finding)


def first_unanswered(interview: Interview) -> AnyStep | None:
    return next((it for it in interview.applying if not interview.answered(it.name)), None)


def look_ahead(interview: Interview) -> Ahead | None:
    """Return the step to ask next with its question; None if all are answered."""
    step = first_unanswered(interview)
    return None if step is None else _stand_at(interview, step)


def _stand_at(interview: Interview, step: AnyStep) -> Ahead:
    asked = find_kept_question(interview, step) or step.ask(interview)
    back = interview.aside.asked_back.get(step.name)
    if back is not None:
        return Ahead(step, asked, back.answer)
    reopened = interview.answers.get(step.name)
    if reopened is not None and asked.kind != "confirm":
        return Ahead(step, replace(asked, default=_again(reopened, asked, step, interview)))
    finding = interview.finding(step)
    if finding is None:
        return Ahead(step, asked)
    try:
        reading = hear(step, finding, asked, interview)
        if isinstance(reading, AskBack):
            ask_back(interview, step, reading, finding)
            return Ahead(step, asked, reading.text)
        finding = reading.text if isinstance(reading, Taken) else finding
        value = step.read(finding, asked, interview)
        if asked.kind == "choice" and value not in [choice.value for choice in asked.choices]:
            step.check(value, interview)
    except AnswerRejected as rejection:
        return Ahead(step, asked.with_notices(f"Known so far: {finding!r}. {rejection.message}"))
    return Ahead(step, asked, finding)


def _again(answer: AnyAnswer, asked: Question, step: AnyStep, interview: Interview) -> str:
    """Return an earlier answer as its question's default: the words said, or the value."""
    value = answer.value
    if value in [choice.value for choice in asked.choices]:
        return str(value)
    if asked.kind == "multichoice" and isinstance(value, list | tuple) and value:
        return ", ".join(map(str, value))
    reading = hear(step, answer.said, replace(asked, default=None), interview)
    plainly = reading is None or (isinstance(reading, Taken) and reading.exact)
    return str(value) if isinstance(value, str) and not plainly else answer.said


def hear(step: AnyStep, said: str, question: Question, interview: Interview) -> Reading:
    return (step.hears or hearing.by_kind)(said, question, interview)


def understand(
    step: AnyStep, said: str, question: Question, interview: Interview
) -> Taken | AskBack:
    """Return what a reply comes to; reject what is no answer yet, leave the rest to the step."""
    reading = hear(step, said, question, interview)
    if isinstance(reading, Hesitates | Incomplete):
        raise hearing.rejection(reading, said, step.name, question)
    return reading or Taken(said, exact=True)


def ask_back(interview: Interview, step: AnyStep, reading: AskBack, said: str) -> None:
    answer = hearing.as_list(reading.text)
    interview.aside.asked_back[step.name] = AskedBack(answer, said, reading.words())
    if step.name in interview.answers:
        interview.answers[step.name].reopened = True


def forget_finding(interview: Interview, step: AnyStep) -> None:
    back = interview.aside.asked_back.pop(step.name, None)
    if interview.aside.volunteered.pop(step.name, None) is None and back is None:
        interview.aside.dismissed.append(step.name)


def _confirmation(interview: Interview, step: AnyStep, finding: str) -> Question:
    back = interview.aside.asked_back.get(step.name)
    if back is not None:
        return Question(
            back.question, kind="confirm", default="yes", help="No asks the question anew."
        )
    volunteered = step.name in interview.aside.volunteered
    found_in = step.known_from(interview) or interview.state_path.name
    if not volunteered and step.known(interview) is None:
        found_in = interview.defaults[step.name].source
    where = "You said earlier" if volunteered else f"Found in {found_in}"
    known = shortened(hearing.as_list(finding), 300)
    return Question(
        f"{where}: {within_a_sentence(step.title)} {known!r}. Use it?",
        kind="confirm",
        default="yes",
        help="Yes uses it, no asks the question anew; anything else is taken as your answer.",
    )


def within_a_sentence(title: str) -> str:
    """Return a title as written mid-sentence: "results", but "KMS key"."""
    return title[0].lower() + title[1:] if title[1:2].islower() else title
