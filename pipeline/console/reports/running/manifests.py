"""What tells of a whole report: its files' versions, what it was made of, and how. Written last, and once.

Who is killed before it has left files that nobody is told of.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, cast

from pipeline.analysis.reports.definitions.definition import KINDS
from pipeline.analysis.reports.document import FormatName
from pipeline.analysis.reports.forms.formats import FORMATS
from pipeline.aws import translated
from pipeline.clock import parse_day, parse_utc, utc_text
from pipeline.console.reports.told import Asked, Made, Pin
from pipeline.errors import DataInvalid, NotFound, SchemaMismatch
from pipeline.lake.bucket import Conflict, Lake, sha256
from pipeline.lake.report_keys import day_of, manifest_key, report_key
from pipeline.untrusted import count, quoted

FORMAT: Final = 1
File = tuple[FormatName, str, str | None, int, str]


@dataclass(frozen=True)
class Manifests:
    """The reports of one lake. Raises what Lake raises; SchemaMismatch for a manifest that is none."""

    lake: Lake

    def put(self, name: str, run_id: str, form: FormatName, body: bytes) -> File:
        """Put one form of a report there, which nobody is told of yet."""
        key = report_key(name, day_of(run_id), run_id, form)
        with translated("s3:PutObject", f"{self.lake.bucket}/{key}"):
            answer = self.lake.s3.put_object(
                Bucket=self.lake.bucket,
                Key=key,
                Body=body,
                ContentType=FORMATS[form].media_type,
                **self.lake.put_options(body),
            )
        return form, key, answer.get("VersionId"), len(body), sha256(body)

    def save(self, made: Made) -> Made:
        """Tell of a whole report; where somebody else has done so first, theirs is given back."""
        try:
            self.lake.write_json(manifest_key(made.name, made.day, made.run_id), to_json(made), None)
        except Conflict:
            return self.load(made.name, made.run_id)
        return made

    def find(self, name: str, run_id: str, day: date | None = None) -> Made | None:
        """A whole report; None where there is none."""
        key = manifest_key(name, day or day_of(run_id), run_id)
        stored = self.lake.read_json(key)
        made = from_json(stored[0], key) if stored else None
        if made and manifest_key(made.name, made.day, made.run_id) != key:
            found = f"{quoted(made.name)} {quoted(made.run_id)}"
            raise SchemaMismatch(f"{key}: a manifest of {found}", key=key, expected=f"{name} {run_id}", found=found)
        return made

    def load(self, name: str, run_id: str, day: date | None = None) -> Made:
        """The same. Raise NotFound (``report_gone``)."""
        made = self.find(name, run_id, day)
        if made is None:
            raise gone(name, run_id)
        return made

    def body(self, made: Made, form: FormatName) -> bytes:
        """A form as it was made. Raise NotFound (``report_gone``) where there is none, DataInvalid (``report_altered``)
        where it is not what the manifest names."""
        file = next((one for one in made.files if one[0] == form), None)
        if file is None:
            raise gone(made.name, made.run_id)
        body = self._stored(made, file)
        if sha256(body) != file[4]:
            text = f"{file[1]}: {len(body):,} bytes with another checksum than the manifest's"
            raise DataInvalid(text, record=file[1], field="checksum", situation="report_altered")
        return body

    def _stored(self, made: Made, file: File) -> bytes:
        try:
            return b"".join(self.lake.stream(file[1], file[2]))
        except NotFound as error:
            raise gone(made.name, made.run_id) from error


def gone(name: str, run_id: str) -> NotFound:
    """There is no such report."""
    text = f"there is no report {name} of run {run_id}"
    return NotFound(text, resource=f"{name} {run_id}", action="reports", situation="report_gone")


def for_viewers(made: Made) -> Made:
    """What whoever may see is told: that it is there, of when, in which forms."""
    return replace(made, pins=(), asked=(), definition="")


def to_json(made: Made) -> dict[str, Any]:
    """As it is kept."""
    return {
        "format": FORMAT,
        "name": made.name,
        "run_id": made.run_id,
        "day": made.day.isoformat(),
        "as_of": utc_text(made.as_of),
        "made_at": utc_text(made.made_at),
        "due": utc_text(made.due) if made.due else None,
        "title": made.title,
        "files": [dict(zip(_FILE, file, strict=True)) for file in made.files],
        "pins": [_of(pin) for pin in made.pins],
        "asked": [{"block": one.block, "sql": one.sql, "parameters": one.parameters} for one in made.asked],
        "failed": made.failed,
        "definition": made.definition,
    }


def from_json(raw: Any, key: str) -> Made:
    """Read what ``to_json`` wrote. Raise SchemaMismatch, which names the key."""
    try:
        return _made(raw)
    except (KeyError, TypeError, ValueError, AttributeError, DataInvalid) as error:
        text = f"{key}: no manifest of a report: {type(error).__name__} {error}"
        raise SchemaMismatch(text, key=key, expected="a report's manifest", found=type(raw).__name__) from error


_FILE: Final = ("form", "key", "version_id", "size", "checksum")


def _of(pin: Pin) -> dict[str, Any]:
    return {"block": pin.block, "key": pin.key, "version_id": pin.version_id, "checksum": pin.checksum}


def _made(raw: dict[str, Any]) -> Made:
    if raw["format"] != FORMAT:
        raise ValueError(f"format {raw['format']}")
    name, run_id, day = str(raw["name"]), str(raw["run_id"]), parse_day(raw["day"])
    return Made(
        name=name,
        run_id=run_id,
        day=day,
        as_of=parse_utc(raw["as_of"]),
        made_at=parse_utc(raw["made_at"]),
        due=parse_utc(raw["due"]) if raw["due"] else None,
        title=str(raw["title"]),
        files=tuple(_file(file, name, run_id, day) for file in raw["files"]),
        pins=tuple(_pins(raw["pins"])),
        asked=tuple(Asked(count(one["block"]), str(one["sql"]), _pairs(one["parameters"])) for one in raw["asked"]),
        failed=tuple((count(number), _kind(kind), str(code)) for number, kind, code in raw["failed"]),
        definition=str(raw["definition"]),
    )


def _file(raw: dict[str, Any], name: str, run_id: str, day: date) -> File:
    form = cast(FormatName, raw["form"])
    # Nothing else of the lake can be read by what a manifest says.
    if form not in FORMATS or raw["key"] != report_key(name, day, run_id, form):
        raise ValueError(f"file {raw['key']!r:.200}")
    return form, str(raw["key"]), _text_or_none(raw["version_id"]), count(raw["size"]), str(raw["checksum"])


def _pins(raw: Iterable[dict[str, Any]]) -> Iterable[Pin]:
    for one in raw:
        texts = _text_or_none(one["version_id"]), _text_or_none(one["checksum"])
        yield Pin(count(one["block"]), str(one["key"]), *texts)


def _pairs(raw: Iterable[Any]) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(value)) for name, value in raw)


def _kind(raw: Any) -> str:
    # A page has a word for each of these and for no other.
    if raw not in KINDS:
        raise ValueError(f"{quoted(raw)} is no kind of block")
    return str(raw)


def _text_or_none(value: Any) -> str | None:
    return None if value is None else str(value)
