"""What the code asks of AWS, read from its syntax trees: IAM actions that it names, and client methods that it calls.

Only what the function and the console run on AWS counts; the embedded demo and the deployment are other callers.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from botocore import xform_name
from botocore.session import Session

from tests.support.places import ROOT
from tests.support.policies.iam import action_of

PACKAGE = ROOT / "pipeline"
SERVICES = ("s3", "dynamodb", "lambda", "logs", "scheduler", "secretsmanager", "ssm", "glue", "athena", "sns")
DOORS = {
    "Exporter": "function.handler",
    "Tables": "tables.function.handler",
    "Viewer": "console.wiring",
    "Operator": "console.wiring",
}
# Wings made for the demo, or run by whoever deploys; their calls are no matter of these policies.
OTHER_CALLERS = {"embedded", "deploy"}
_NAMED = re.compile(rf"({'|'.join(SERVICES)}):[A-Z][A-Za-z]+")
_READS = {"s3:GetObject"}
# Methods of botocore's own and of ours that are called like an operation of Athena's, of SNS's.
_OTHERS = {"get_session", "publish"}


@cache
def modules_behind(door: str) -> frozenset[str]:
    """The modules of the package that this one imports, and they import, itself included, by dotted paths."""
    found, waiting = set(), [door]
    while waiting:
        name = waiting.pop()
        if name not in found and name.partition(".")[0] not in OTHER_CALLERS:
            found.add(name)
            waiting += _imported(name)
    return frozenset(found)


@cache
def actions_behind(door: str) -> dict[str, tuple[str, ...]]:
    """IAM action → the modules behind this door that ask for it."""
    found: dict[str, set[str]] = {}
    for name in modules_behind(door):
        for action in actions_in(_text(name)):
            found.setdefault(action, set()).add(name)
    return {action: tuple(sorted(names)) for action, names in sorted(found.items())}


def actions_in(source: str) -> set[str]:
    """The actions that a module names or whose client methods it uses."""
    tree = ast.parse(source)
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    # Methods by name, as for links: with an underscore, since plain words say other things, too.
    methods = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    methods |= {text for text in texts if "_" in text}
    methods -= _OTHERS
    named = {text for text in texts if _NAMED.fullmatch(text)}
    called = {action for method, action in _operations().items() if method in methods}
    versions = {f"{action}Version" for action in _READS & called if "VersionId" in texts}
    return named | called | versions


@cache
def _operations() -> dict[str, str]:
    session = Session()
    return {
        xform_name(operation): action_of(service, operation)
        for service in SERVICES
        for operation in session.get_service_model(service).operation_names
    }


def _imported(name: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(_text(name))):
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith("pipeline."):
            above = f"{node.module}.".removeprefix("pipeline.")
            # What is imported may be modules of a package, or names of a module.
            named = {above + alias.name for alias in node.names} | {above.rstrip(".")}
            yield from (module for module in named if _file(module).is_file())


def _text(name: str) -> str:
    return _file(name).read_text("utf-8")


def _file(name: str) -> Path:
    """The file of a module, named by its dotted path below the package."""
    return PACKAGE / f"{name.replace('.', '/')}.py"
