"""Mutated IDX files: an array that is exactly what the file says, or a FormatError."""

from __future__ import annotations

import gzip
import math
import random
import struct
import tempfile
import zlib
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.row import Outcome, Row, markdown
from numnet import FormatError
from numnet.data.idx import read_idx

PLACES = ("plain", "inside a gzip", "the gzip itself")
SIZES = (0, 1, 2, 255, 256, 2**16, 2**24, 2**30, 2**31 - 1, 2**31, 2**32 - 1)


def written(generator: random.Random) -> bytes:
    """A small IDX file of one to four dimensions."""
    shape = [generator.randrange(5) for _ in range(generator.randint(1, 4))]
    head = struct.pack(f">3xB{len(shape)}I", len(shape), *shape)
    return head[:2] + b"\x08" + head[3:] + generator.randbytes(math.prod(shape))


def mutated(content: bytes, generator: random.Random) -> bytes:
    """The content after one to four changes, each of a bit, a byte, a size, or a piece."""
    found = bytearray(content)
    for _ in range(generator.choice((1, 1, 2, 4))):
        at = generator.randrange(len(found) + 1)
        # Half of all changes fall on the first 20 bytes, where the headers are.
        at = min(at, generator.randrange(20)) if generator.random() < 0.5 else at
        until = at + generator.randrange(8)
        match generator.randrange(7):
            case 0:
                found[at : at + 1] = bytes(b ^ 1 << generator.randrange(8) for b in found[at:][:1])
            case 1:
                found[at : at + 1] = generator.randbytes(len(found[at:][:1]))
            case 2:
                found[at:at] = generator.randbytes(until - at)
            case 3:
                del found[at:until]
            case 4:
                del found[at:]
            case 5:
                found[at:at] = found[at:until]
            case _:
                at = 4 * generator.randrange(1, 5)
                found[at : at + 4] = generator.choice(SIZES).to_bytes(4, "big")
    return bytes(found)


def said(content: bytes) -> NDArray[np.uint8] | None:
    """The array in an IDX file, read in the plainest way; None if the file is not a right one."""
    if len(content) < 4 or content[:3] != b"\0\0\x08" or not 1 <= content[3] <= 4:
        return None
    start = 4 + 4 * content[3]
    if len(content) < start:
        return None
    shape = struct.unpack(f">{content[3]}I", content[4:start])
    if len(content) - start != math.prod(shape) or math.prod(s or 1 for s in shape) > 2**30:
        return None
    return np.array(list(content[start:]), np.uint8).reshape(shape)


def judge(path: Path, inner: bytes | None) -> str:
    """What reading comes to; `inner` is what the file holds, None if only zlib can say."""
    try:
        found = read_idx(path)
    except FormatError:
        # A file that is right must not be refused; what only zlib can say may be either.
        refused_right = inner is not None and said(inner) is not None
        return "a right file refused" if refused_right else "refused"
    except Exception as error:
        return type(error).__name__
    if inner is None:
        try:
            inner = gzip.decompress(path.read_bytes())
        except (OSError, EOFError, zlib.error):
            return "a damaged file accepted"
    expected = said(inner)
    same = expected is not None and expected.shape == found.shape and (expected == found).all()
    return "array" if same and found.dtype == np.uint8 else "a wrong array"


def count(number: int, seed: int = 0) -> dict[str, Counter[str]]:
    """So many mutated files read, a third in each place: what came of them."""
    generator = random.Random(seed)
    found: dict[str, Counter[str]] = {place: Counter() for place in PLACES}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "idx"
        for k in range(number):
            place, content = PLACES[k % len(PLACES)], written(generator)
            inner: bytes | None = None
            if place == "the gzip itself":
                changed = mutated(gzip.compress(content, 1), generator)
                inner = None if changed[:2] == b"\x1f\x8b" else changed
            else:
                inner = mutated(content, generator)
                changed = inner if place == "plain" else gzip.compress(inner, 1)
            # What begins as a gzip is read as one.
            if place == "plain" and inner is not None and inner[:2] == b"\x1f\x8b":
                inner = None
            path.write_bytes(changed)
            found[place][judge(path, inner)] += 1
    return found


def right(found: dict[str, Counter[str]]) -> bool:
    """Nothing but arrays and refusals, and some of both."""
    return all(set(counts) == {"array", "refused"} for counts in found.values())


def measure(quick: bool) -> Outcome:
    """200 000 files; 20 000 if quick."""
    number = 20_000 if quick else 200_000
    found = count(number)
    total = sum(found.values(), Counter[str]())
    others = total.total() - total["array"] - total["refused"]
    figure = (
        f"{number} mutated files: {total['array']} arrays, exactly as the file says, "
        f"{total['refused']} FormatError, {others} anything else"
    )
    lines = [
        [place, counts.total(), ", ".join(f"{n} {what}" for what, n in counts.most_common())]
        for place, counts in found.items()
    ]
    details = (
        "Small IDX files of one to four dimensions with one to four bits, bytes, sizes or pieces "
        "changed. What is accepted is compared with a second reader, which reads in the plainest "
        "way; so is what is refused, except where the gzip itself was changed.\n\n"
    ) + markdown(("changed", "files", "came to"), lines)
    numbers = {place: dict(counts) for place, counts in found.items()}
    return Outcome(figure, numbers, right(found), details=details)


ROW = Row(
    "idx",
    "a mutated IDX file gives an array or FormatError",
    "IDX files mutated",
    measure,
)
