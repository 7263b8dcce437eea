"""`evalbook config`: which defaults apply, and where each comes from."""

from __future__ import annotations

from evalbook.cli.defaults import list_defaults, locate_config_file, somebody_elses
from evalbook.cli.documents import ConfigDocument
from evalbook.cli.options import Settings, command
from evalbook.cli.output import Output
from evalbook.workflow.turn import Default


@command(
    "config",
    examples=[("evalbook config", "See which defaults apply, and where each comes from.")],
)
def config_command(settings: Settings, output: Output) -> int:
    """Show your defaults: role, output, region, profile and tags.

    They are read from ~/.config/evalbook/config.toml, and from [tool.evalbook] in the
    pyproject.toml of this folder or one above it, which wins and must belong to you or root. AWS's
    environment variables override both, and options override everything. Each default is offered
    at its question, along with its file; consent is never taken from a file.
    """
    found = list_defaults()
    for name, given in (("profile", settings.profile), ("region", settings.region)):
        default = settings.defaults.get(name)
        if given and (default is None or given != default.value):
            found[name] = Default(given, f"--{name}")
    wide = max(map(len, found))
    lines = [
        f"{name:<{wide}}  {it.value}  ({it.source})" if it else f"{name:<{wide}}  not set"
        for name, it in found.items()
    ]
    others = somebody_elses()
    if others:
        lines += ["", f"{others} belongs to somebody else; its defaults are ignored."]
    lines += ["", f'Put your own defaults into {locate_config_file()}, such as: role = "MyRole"']
    document = ConfigDocument(str(locate_config_file()), found)
    output.document(document, "\n".join(lines))
    return 0
