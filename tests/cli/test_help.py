import shlex

import click
import pytest

from evalbook.cli.main import evalbook
from evalbook.cli.options import Command

TOP = click.Context(evalbook, info_name="evalbook")


def commands(context=TOP):
    for name in context.command.list_commands(context):
        found = context.command.get_command(context, name)
        inner = click.Context(found, parent=context, info_name=name)
        if isinstance(found, click.Group):
            yield from commands(inner)
        else:
            yield inner


ALL = {context.command_path: context for context in commands()}


def words_of(line):
    """The words of ours in a line of shell: what comes before pipes and redirections."""
    line = line.removeprefix('eval "$(').removesuffix(')"')
    words = shlex.split(line)
    end = next((at for at, word in enumerate(words) if word in ("|", ">", "<", "&&")), len(words))
    assert words[0] == "evalbook"
    return words[1:end]


@pytest.mark.parametrize("path", ALL)
def test_a_command_has_examples_that_it_understands(path):
    command = ALL[path].command
    assert isinstance(command, Command)
    assert command.examples
    for line, purpose in command.examples:
        words = words_of(line)
        assert purpose.endswith(".")
        inner = path.split()[1:]
        if words:
            assert words[: len(inner)] == inner
            command.make_context(path, words[len(inner) :], parent=TOP)


@pytest.mark.parametrize("path", ALL)
def test_a_command_says_what_it_does_in_whole_sentences(path):
    command = ALL[path].command
    assert command.help
    assert command.help.strip().endswith(".")
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
            assert parameter.help.endswith("."), parameter.help


def test_the_list_of_commands_has_each_on_one_line_of_a_wide_terminal():
    context = click.Context(evalbook, info_name="evalbook", terminal_width=100)
    text = evalbook.get_help(context).partition("The interview:")[2]

    for name in evalbook.list_commands(TOP):
        line = next(line for line in text.splitlines() if line.startswith(f"  {name} "))
        assert line.endswith("."), line


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("stauts", " Did you mean status?"),
        ("Result", " Did you mean results?"),
        ("xyzzy", ""),
    ],
)
def test_a_mistyped_word_is_answered_with_what_it_may_have_meant(word, meant):
    with pytest.raises(click.UsageError) as refused:
        evalbook.resolve_command(TOP, [word])
    assert refused.value.message == f"There is no command {word!r}.{meant}"
