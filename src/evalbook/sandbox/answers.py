"""How an operation that moto lacks gives its answer: held against the service model, then sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from moto.core.responses import ActionResult, BaseResponse

from evalbook.sandbox.shapes import check_answer, misfits, service_model


class CheckedResponse(BaseResponse):
    """A moto response class whose added operations ask through `request`, answer by `checked`."""

    params: Any

    def request(self, refuse: Callable[[str], Exception]) -> dict[str, Any]:
        """Return what was asked, held against the service's input shape as AWS does.

        Raises:
            the exception that ``refuse`` makes of a sentence, when it does not fit.
        """
        asked: dict[str, Any] = without_none(dict(self.params))
        model = service_model(self.boto3_service_name).operation_model(self._get_action())
        found = list(misfits(asked, model.input_shape))
        if found:
            count = "1 validation error" if len(found) == 1 else f"{len(found)} validation errors"
            raise refuse(f"{count} detected: {'; '.join(found)}")
        return asked

    def checked(self, answer: dict[str, Any]) -> ActionResult:
        """Wrap an answer; what is None is left out, as AWS does.

        Raises:
            AnswerDoesNotFit: the answer is none that AWS could give.
        """
        answer = without_none(answer)
        check_answer(self.boto3_service_name, self._get_action(), answer)
        return ActionResult(answer)


def without_none(value: Any) -> Any:
    """Return a value without the members that are None, at any depth."""
    if isinstance(value, dict):
        return {key: without_none(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_none(item) for item in value]
    return value


def page_of(
    items: Sequence[Any],
    token: str | None,
    limit: int | None,
    refuse: Callable[[str], Exception],
    default_limit: int = 100,
) -> tuple[list[Any], str | None]:
    """Return one page of a list and the token of the next, which is where that one starts.

    Raises:
        the exception that ``refuse`` makes of a sentence, when the token is not one of ours.
    """
    if token is not None and not (token.isdigit() and int(token) < len(items)):
        raise refuse("The pagination token is not valid.")
    start = int(token or 0)
    end = start + (limit or default_limit)
    return list(items[start:end]), str(end) if end < len(items) else None
