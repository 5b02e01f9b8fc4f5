"""Every single-bit flip and every truncation of a model's file, with its seal broken or forged."""

from __future__ import annotations

import itertools
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numnet
from benchmarks.robust import forge
from benchmarks.row import Outcome, Row, markdown
from numnet import FormatError

WAYS = ("bit flipped", "cut short", "byte inserted", "byte removed")
KINDS = {"broken": "as they were", "sealed": "seal forged", "rebuilt": "seal and archive forged"}


def damaged(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Every file that one flip, one cut, one byte more or one byte less makes of it."""
    changed = bytearray(content)
    for bit in range(8 * len(content)):
        changed[bit // 8] ^= 1 << bit % 8
        yield "bit flipped", bytes(changed)
        changed[bit // 8] ^= 1 << bit % 8
    for at in range(len(content)):
        yield "cut short", content[:at]
        yield "byte inserted", content[:at] + b"\0" + content[at:]
        yield "byte removed", content[:at] + content[at + 1 :]


def judge(path: Path, saved: numnet.Sequential) -> str:
    """What loading the file comes to: "refused", "the same", "another model" or an error's name."""
    try:
        found = numnet.load(path)
    except FormatError:
        return "refused"
    except Exception as error:
        return type(error).__name__
    own, other = dict(saved.parameters), dict(found.parameters)
    same = repr(found) == repr(saved) and list(own) == list(other)
    # Bytes, so that NaN and the sign of a zero count.
    same = same and all(own[n].tobytes() == other[n].tobytes() for n in own)
    same = same and all(own[n].dtype == other[n].dtype for n in own)
    return "the same" if same else "another model"


def files(content: bytes, kind: str) -> Iterator[tuple[str, bytes]]:
    """The damaged files of one kind: as they are, sealed again, or put together again."""
    if kind == "broken":
        yield from damaged(content)
    elif kind == "sealed":
        for way, change in damaged(content[: -forge.SEAL]):
            yield way, forge.sealed(change)
    else:
        entries, text = forge.parts(content)
        written = json.dumps(text).encode()
        for way, change in damaged(written):
            yield way, forge.forged(entries, change)
        for name, entry in entries.items():
            for way, change in damaged(entry):
                yield way, forge.forged(entries | {name: change}, written)


def count(kind: str, step: int = 1) -> dict[str, Counter[str]]:
    """Each step-th damaged file of this kind, loaded: by way, what came of it."""
    saved = forge.model()
    content = forge.content(saved)
    found: dict[str, Counter[str]] = {way: Counter() for way in WAYS}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.npz"
        path.write_bytes(content)
        if judge(path, saved) != "the same":
            raise RuntimeError("the file is refused as it is")
        for way, change in itertools.islice(files(content, kind), 0, None, step):
            path.write_bytes(change)
            found[way][judge(path, saved)] += 1
    return found


def right(found: dict[str, Counter[str]], kind: str) -> bool:
    """A forger may make another model; nobody else gets more than the one that was saved."""
    allowed = {"refused", "the same"} | (set() if kind == "broken" else {"another model"})
    return all(set(counts) <= allowed for counts in found.values())


def measure(quick: bool) -> Outcome:
    """All three kinds; each 31st file of them if quick."""
    lines, rights, totals = [], [], []
    numbers: dict[str, dict[str, dict[str, int]]] = {}
    for kind, label in KINDS.items():
        found = count(kind, 31 if quick else 1)
        numbers[kind] = {way: dict(counts) for way, counts in found.items()}
        lines += [[label, way, f"{c.total():,}", _text(c)] for way, c in found.items()]
        rights.append(right(found, kind))
        totals.append(sum(c.total() for c in found.values()))
    through = sum(n for c in numbers["broken"].values() for key, n in c.items() if key != "refused")
    figure = (
        f"{totals[0]} damaged files: {through} not refused; {totals[1] + totals[2]} more with the "
        f"checksums forged: a model or FormatError, {'nothing else' if all(rights) else 'AND MORE'}"
    )
    details = (
        "A file of four layers and 27 parameters, changed in one place at a time. The checksum "
        "stops them all. Made right again, alone or with the archive's own, it lets the change "
        "reach the readers behind it: these may then find another model, as whoever forges a file "
        "can write any model, but they raise nothing but FormatError.\n\n"
    ) + markdown(("checksums", "change", "files", "came to"), lines)
    return Outcome(figure, numbers, all(rights), details=details)


def _text(counts: Counter[str]) -> str:
    return ", ".join(f"{n} {what}" for what, n in counts.most_common())


ROW = Row(
    "flips",
    "one bit or byte wrong: FormatError, or bit for bit the same model",
    "files damaged in one place",
    measure,
)
