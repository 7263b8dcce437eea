"""Records of a shape that was understood before, read as fast as JSON is parsed.

Understanding one record takes many times as long as parsing it. But what a shape means hardly ever
depends on what its texts say. So one record of each shape is understood with other words in the
place of its texts: where these end up tells how the prompt, the reference and the rest are put
together of them. From then on msgspec reads records of that shape into a structure made for it.
Where what a text says does decide, it is part of the shape, or the record is left to the one
reading that knows everything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter, contains, itemgetter
from typing import Annotated, Any, Literal, NamedTuple

import msgspec

from evalbook.datasets import fields
from evalbook.datasets.conversations import ROLE_KEYS
from evalbook.datasets.fields import plain_name
from evalbook.datasets.invalid import InvalidRecord
from evalbook.datasets.rules import Judged
from evalbook.datasets.understanding import NOTHING, TEMPLATES
from evalbook.datasets.uses import PROMPT

_LONGEST_LIST = 64
_DEEPEST = 12
_SHORT = 15
_CATEGORY = 64
_SAYS_WHAT_IT_IS = frozenset((*ROLE_KEYS, "type", "preferenceLabel"))
"""Keys whose texts are no content."""
_DECIDES = frozenset((*fields.GOOD, *fields.WHICH))
"""Names whose numbers and marks decide what the rest of a record means."""
_MAY_BE_LISTS = frozenset(
    (*fields.PROMPT, *fields.WEAK, *fields.CONTEXT, *fields.REFERENCE, *fields.CHOSEN,
     *fields.ANSWERED, *fields.LABEL, *fields.SYSTEM, *fields.CONVERSATION, *fields.HISTORY,
     *fields.CHOICES, *fields.ANSWER_KEY, "instructions", "replies", "assert", "responses",
     "annotations", "completions")
)  # fmt: skip
"""Names under which a text may be a list or an object that is written as text."""
_OFFERS = frozenset(
    (*fields.CHOICES, "opa", "optiona", "choicea", "option1", "choice1", "ending0", "sol1", "b")
)
"""Names that tell of multiple choice, where a short answer is a choice's mark."""
_LATER = frozenset(
    "text chat conversation metadata meta conversationonly targetscores mc1targets".split()
)
"""Names whose texts must be looked into."""
_OPENS_OTHERWISE = ("[", "{", "http", "None")
_PROMPT_OPENS_OTHERWISE = ("{", "\n", " ", "[", *TEMPLATES)


_Path = tuple[str | int, ...]


class NoPlan(Exception):
    """Records of this shape must be understood one by one."""


class Columns(NamedTuple):
    """What records of one shape mean; empty if none of them has that."""

    prompts: Sequence[str]
    references: Sequence[str]
    systems: Sequence[str]
    categories: Sequence[str]
    taken: Sequence[str] = ()
    """What a job takes for the reference, where that stands somewhere else."""


# Shapes ----------------------------------------------------------------------------------------


def shape_of(record: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what records have in common that are understood alike.

    Raises:
        NoPlan: it is too large for that.
    """
    return _shape(record, not _OFFERS.isdisjoint(map(plain_name, record)), _DEEPEST)


def _shape(value: Any, offers: bool, left: int) -> tuple[Any, ...]:
    if not left:
        raise NoPlan
    if isinstance(value, Mapping):
        return (
            "{",
            *((key, _inner_shape(key, item, offers, left - 1)) for key, item in value.items()),
        )
    if len(value) > _LONGEST_LIST:
        raise NoPlan
    return ("[", *(_inner_shape("", item, offers, left - 1) for item in value))


def _inner_shape(key: str, value: Any, offers: bool, left: int) -> Any:
    if type(value) is str:
        return _text_shape(key, value, offers)
    if type(value) is dict or type(value) is list:
        if value and _is_opaque(key, at_top=left == _DEEPEST - 1):
            return "any"
        return _shape(value, offers, left)
    if value is None:
        return "null"
    if type(value) is bool:
        return ("!", value)
    if _decides(key, offers):
        if type(value) is not int or abs(value) >= 1000:
            raise NoPlan
        return ("!", value)
    return "number"


def _text_shape(key: str, value: str, offers: bool) -> Any:
    if not value:
        return ("=", "")
    if key in _SAYS_WHAT_IT_IS and len(value) <= 40:
        return ("=", value)
    if _decides(key, offers):
        return ("!", value) if len(value) <= _SHORT else "long text"
    return "text"


def _decides(key: str, offers: bool) -> bool:
    plain = plain_name(key)
    return plain in _DECIDES or (offers and plain in fields.ANSWER_KEY)


def _is_opaque(key: str, *, at_top: bool) -> bool:
    """Tell what is not used whatever it holds."""
    plain = plain_name(key)
    if not at_top and not plain.startswith("tool"):
        return False
    return fields.told(plain) != fields.UNKNOWN and plain not in _MAY_BE_LISTS


# Types -----------------------------------------------------------------------------------------

_TYPES: dict[Any, Any] = {
    "text": Annotated[str, msgspec.Meta(min_length=1)],
    "long text": Annotated[str, msgspec.Meta(min_length=_SHORT + 1)],
    "null": None,
    "number": int | float,
    "any": Any,
    str: Annotated[str, msgspec.Meta(min_length=1, max_length=_SHORT)],
    bool: bool,
    int: int,
}


def _count_texts(value: Any, deepest: int = _DEEPEST) -> int:
    """Return how many keys and texts a value has; more than any line if it is nested deeply."""
    if type(value) is not dict and type(value) is not list:
        return type(value) is str
    if not deepest:
        return 1 << 32
    texts, inner = (len(value), value.values()) if type(value) is dict else (0, value)
    for item in inner:
        texts += 1 if type(item) is str else _count_texts(item, deepest - 1)
    return texts


class Layout:
    """A shape as a type for msgspec, and where in it what stands."""

    def __init__(self, shape: tuple[Any, ...]) -> None:
        self.texts: dict[str, _Path] = {}
        """Of each text that may say anything, its path in a record by its attribute's path."""
        self.numbers: list[_Path] = []
        self.quotes = 0
        """Quotation marks of a record, without those in its texts."""
        self.objects = 0
        self._deciding: list[str] = []
        self._family: list[Any] = []
        self._opaque: list[Callable[[Any], Any]] = []
        try:
            self.type = self._type(shape, (), ())
        except ValueError as error:
            raise NoPlan from error  # a name that msgspec does not take
        self.family = tuple(self._family)
        """The shape without what decides: records that differ in nothing else are one family."""
        self.deciding: Callable[[Any], Any] = (
            attrgetter(*self._deciding) if self._deciding else lambda _: None
        )
        """Returns what of a record decides, which is the same in all records of the shape."""

    def _type(self, shape: Any, attributes: tuple[str, ...], path: _Path) -> Any:
        here = ".".join(attributes)
        if isinstance(shape, tuple) and shape[0] in ("{", "["):
            return self._struct(shape, attributes, path)
        if isinstance(shape, tuple):
            mark, value = shape
            self.quotes += 2 * isinstance(value, str)
            self._family.append((mark, value if mark == "=" else type(value)))
            if mark == "=":
                return Literal[value]
            self._deciding.append(here)
            return _TYPES[type(value)]
        self._family.append(shape)
        if shape == "number":
            self.numbers.append(path)
        if shape == "any":
            self._opaque.append(attrgetter(here))
        if shape in ("text", "long text"):
            self.quotes += 2
            self.texts[here] = path
        return _TYPES[shape]

    def _struct(self, shape: tuple[Any, ...], attributes: tuple[str, ...], path: _Path) -> Any:
        listed = shape[0] == "["
        inner = list(enumerate(shape[1:])) if listed else shape[1:]
        self.quotes += 0 if listed else 2 * len(inner)
        self.objects += not listed
        self._family.append((shape[0], *(key for key, _ in inner)))
        members = [
            (f"f{at}", self._type(it, (*attributes, f"f{at}"), (*path, key)))
            for at, (key, it) in enumerate(inner)
        ]
        names = {f"f{at}": key for at, (key, _) in enumerate(inner)}
        return msgspec.defstruct(
            "Shape", members, rename=None if listed else names, array_like=listed,
            forbid_unknown_fields=True, gc=False,
        )  # fmt: skip

    def unsure(self, lines: Sequence[bytes], records: Sequence[Any], found: int) -> set[int]:
        """Return the places of records that do not say all that stands in their lines.

        A key that is given twice adds quotation marks.

        Args:
            lines: what was read.
            records: what was made of each.
            found: how many quotation marks are in them.
        """
        quotes = [self.quotes] * len(lines)
        for inner in self._opaque:
            texts = map(_count_texts, map(inner, records))
            quotes = [n + 2 * it for n, it in zip(quotes, texts, strict=True)]
        more = found - sum(quotes)
        if more:
            said = ("".join(map(attrgetter(path), records)) for path in self.texts)
            more -= sum(texts.count('"') for texts in said)
        if not more:
            return set()
        return {
            at for at, (line, wanted) in enumerate(zip(lines, quotes, strict=True))
            if (marks := line.count(b'"')) != wanted
            and (marks - line.count(b'\\"') != wanted or b'\\\\"' in line)
        }  # fmt: skip


# Plans -----------------------------------------------------------------------------------------


class Plan:
    """How records of one shape are read."""

    def __init__(
        self, record: Mapping[str, Any], shape: tuple[Any, ...], judge: Callable[[Any], Judged]
    ) -> None:
        """Make it from the first record of the shape.

        Args:
            record: the first one.
            shape: its shape.
            judge: what a record means, and what a job loses of it.

        Raises:
            NoPlan: what such a record means depends on what its texts say.
        """
        _refuse_what_decides(record)
        self.layout = Layout(shape)
        self.decided = self.layout.deciding(msgspec.convert(record, self.layout.type))
        paths = list(self.layout.texts.values())
        copies = [_with(record, paths, self.layout.numbers, say) for say in _SAY]
        try:
            self.judged, other = map(judge, copies)
        except InvalidRecord as error:
            raise NoPlan from error
        texts = [[say(at) for at in range(len(paths))] for say in _SAY]
        parts = [_parts(it, texts[0]) for it in _said(self.judged)]
        if [_put(it, texts[1]) for it in parts] != _said(other):
            raise NoPlan
        if _alike(self.judged) != _alike(other) or parts[0] is None or not parts[0][1]:
            raise NoPlan
        answers = parts[1][1] if parts[1] else ()
        checked = [at for at, path in enumerate(paths) if _is_read_again(path, at in answers)]
        used = sorted({*checked, *(at for it in parts if it for at in it[1])})
        attributes = list(self.layout.texts)
        self._get = [attrgetter(attributes[at]) for at in used]
        self._parts = [it and (it[0], tuple(map(used.index, it[1]))) for it in parts]
        self._look_at(used, paths, checked, parts[0][1])

    def _look_at(
        self, used: list[int], paths: list[_Path], checked: list[int], asked: tuple[int, ...]
    ) -> None:
        """Note which texts have to be looked at, and for what."""
        uses = self.judged.meant.uses
        if any(use.use == PROMPT and plain_name(use.field) in fields.WEAK for use in uses):
            raise NoPlan  # the answers may hold what is asked
        talks = any(use.use == PROMPT and "[" in use.field for use in uses)
        self._prompts = [used.index(at) for at in asked if not talks or len(paths[at]) <= 2]
        self._checked = [at for at in map(used.index, checked) if at not in self._prompts]
        self._beside: list[int] = []
        self._offered: list[int] = []
        if any(use.meaning == "asked with it" for use in uses):
            for at in asked[1:]:
                name = plain_name(str(paths[at][0]))
                offers = name in _OFFERS or len(name) == 1 or name[-1:].isdigit()
                (self._offered if offers else self._beside).append(used.index(at))

    def read(
        self, records: Sequence[Any], *, need_reference: bool = False
    ) -> tuple[Columns, list[int]]:
        """Return what records mean, and the places of those whose texts say something else."""
        columns = [list(map(get, records)) for get in self._get]
        found = Columns(*(_filled(it, columns) for it in self._parts))
        odd = set(self._odd(columns, found, need_reference))
        if odd:
            found = Columns(
                *([it for n, it in enumerate(column) if n not in odd] for column in found)
            )
        return found, sorted(odd)

    def _odd(
        self, columns: Sequence[Sequence[str]], found: Columns, need_reference: bool
    ) -> Iterator[int]:
        """Yield the places of records whose texts say something else, some of them repeatedly."""
        for at in self._checked:
            yield from _opening(columns[at], _OPENS_OTHERWISE)
        for at in self._prompts:
            yield from _opening(columns[at], _PROMPT_OPENS_OTHERWISE)
        asked = columns[self._parts[0][1][0]]  # type: ignore[index]
        for at in self._beside:
            yield from _repeating(columns[at], asked)
        offered = [columns[at] for at in self._offered]
        for texts in offered:
            yield from _labelled(texts)
        if offered:
            first, *others = offered
            yield from [
                n for n, (it, one) in enumerate(zip(first, asked, strict=True))
                if it in one and all(other[n] in one for other in others)
            ]  # fmt: skip
        for texts in (found.systems, found.references if need_reference else ()):
            yield from [n for n, it in enumerate(texts) if not it.strip()]
        yield from [n for n, it in enumerate(found.categories) if len(it) > _CATEGORY]


def _refuse_what_decides(record: Mapping[str, Any]) -> None:
    """Refuse records that have to be looked into by their fields' names.

    Raises:
        NoPlan: it is one of them.
    """
    plain = [plain_name(name) for name in record]
    if len(set(plain)) < len(plain) or not _LATER.isdisjoint(plain):
        raise NoPlan
    written = (name for name, it in zip(plain, record.values(), strict=True) if type(it) is str)
    if any(name in fields.CHOICES for name in written):
        raise NoPlan
    if "query" in plain and not fields.PROMPT.keys().isdisjoint({*plain} - {"query"}):
        raise NoPlan  # it may be SQL


def _opening(texts: Sequence[str], openings: tuple[str, ...]) -> list[int]:
    """Return the places of the texts that open so; the first character tells of most."""
    first = frozenset(it[0] for it in openings)
    if first.isdisjoint(map(_FIRST, texts)):
        return []
    return [n for n, it in enumerate(texts) if it.startswith(openings)]


_FIRST = itemgetter(0)
_SECOND = itemgetter(slice(1, 2))


def _labelled(texts: Sequence[str]) -> list[int]:
    """Return the places of the choices that may open with their label."""
    if _MARKS.isdisjoint(map(_SECOND, texts)) and "(" not in set(map(_FIRST, texts)):
        return []
    return [n for n, it in enumerate(texts) if it[1:2] in _MARKS or it[0] == "("]


_MARKS = frozenset(".):")


def _repeating(texts: Sequence[str], asked: Sequence[str]) -> list[int]:
    """Return the places of the texts that say nothing beside what is asked."""
    if not (
        any(map(contains, asked, texts))
        or any(map(contains, texts, asked))
        or min(map(len, texts)) < _SHORT
    ):
        return []
    return [
        n for n, (it, one) in enumerate(zip(texts, asked, strict=True))
        if it in one or one in it or (len(it) < _SHORT and it.strip().lower() in NOTHING)
    ]  # fmt: skip


def _filled(parts: _Parts | None, columns: Sequence[Sequence[str]]) -> Sequence[str]:
    if parts is None:
        return ()
    form, places = parts
    if form == "%s":
        return columns[places[0]]
    if not places:
        return [form % ()] * len(columns[0])
    return [form % texts for texts in zip(*(columns[at] for at in places), strict=True)]


def _is_read_again(path: _Path, answers: bool) -> bool:
    return len(path) <= 2 and (answers or plain_name(str(path[-1])) in _MAY_BE_LISTS)


_Say = Callable[[int], str]
_SAY: tuple[_Say, ...] = (lambda at: f"zq{at}x", lambda at: f'Q{at}w" \\ \n%s é\t{at}.')
"""Words for texts: what is done to a text, such as writing it as JSON, shows in the second ones."""
_MARK = re.compile(r"zq(\d+)x")


def _with(record: Any, texts: list[_Path], numbers: list[_Path], say: _Say) -> Any:
    """Return a copy of a record that says other things."""
    copy = msgspec.json.decode(msgspec.json.encode(record))
    said = [*map(say, range(len(texts))), *(9000 * len(say(0)) + at for at in range(len(numbers)))]
    for path, value in zip((*texts, *numbers), said, strict=True):
        inner = copy
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value
    return copy


def _said(judged: Judged) -> list[str | None]:
    return [*judged.meant[:4], judged.taken]


def _alike(judged: Judged) -> tuple[Any, ...]:
    return judged.meant.uses, judged.meant.turns, judged.meant.left_out, judged.lost


_Parts = tuple[str, tuple[int, ...]]


def _parts(text: str | None, texts: list[str]) -> _Parts | None:
    """Return a text as a form with the numbers of the texts that go into it."""
    if text is None:
        return None
    numbers = tuple(int(it) for it in _MARK.findall(text))
    if any(it >= len(texts) for it in numbers):
        raise NoPlan
    return _MARK.sub("%s", text.replace("%", "%%")), numbers


def _put(parts: _Parts | None, texts: list[str]) -> str | None:
    return None if parts is None else parts[0] % tuple(texts[at] for at in parts[1])
