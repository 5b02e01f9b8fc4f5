"""Words of torch that numnet has under NumPy's names, for whoever writes one out of habit."""

from __future__ import annotations

# What is written instead.
TORCH = {
    "add": "a + b",
    "add_": "a += b on .data",
    "amax": "t.max(axis)",
    "amin": "t.min(axis)",
    "clamp": "t.clip(low, high)",
    "cpu": "t itself: there is no other device",
    "cuda": "t itself: there is no other device",
    "double": 't.astype("float64")',
    "float": 't.astype("float32")',
    "long": "t.detach().astype(int)",
    "matmul": "a @ b",
    "mm": "a @ b",
    "mul": "a * b",
    "numel": "t.size",
    "permute": "t.transpose((2, 0, 1))",
    "pow": "t ** p",
    "requires_grad_": "t.requires_grad = True",
    "square": "t ** 2",
    "squeeze": "t.reshape(shape)",
    "sub": "a - b",
    "t": "t.T",
    "to": "t.astype(dtype): there is no other device",
    "tolist": "t.value.tolist()",
    "type": "t.astype(dtype)",
    "unsqueeze": "t[None], t[:, None]",
    "view": "t.reshape(shape)",
}


def instead_of(word: str) -> str:
    """What to write for a method of torch, as a message says it; nothing if it is none.

    Examples
    --------
    >>> instead_of("clamp")
    '. Write t.clip(low, high)'
    >>> instead_of("nothing")
    ''
    """
    return f". Write {TORCH[word]}" if word in TORCH else ""
