"""Which tests judge a file: its doctests, the test file that mirrors it, and a small table."""

from __future__ import annotations

import textwrap
from pathlib import Path

# What holds of every file of a folder.
FOLDERS = {
    "gradcheck": ("gradcheck/test_right.py", "gradcheck/test_mistakes.py"),
    "kernels": ("kernels/test_contract.py", "kernels/test_oracles.py"),
    "layers": ("layers/test_overflow.py", "contract/test_layers.py"),
    "losses": ("losses/test_oracles.py", "losses/test_overflow.py", "contract/test_losses.py"),
    "optim": ("contract/test_optimizers.py",),
}

# Tests of a file that stand in more places than test_NAME.py, or in others.
FILES = {
    "__init__.py": ("test_imports.py",),
    "__main__.py": ("cli/test_program.py",),
    "arguments.py": ("test_part.py",),
    "copies.py": ("test_part.py", "test_packing.py"),
    "layerwise.py": ("test_checks.py",),
    "nonfinite.py": ("train/test_step.py", "train/test_guards.py"),
    "objective.py": ("shards/test_sharded.py",),
    "autograd/engine.py": ("autograd/test_anomaly.py",),
    "autograd/graph.py": ("autograd/test_graph_text.py",),
    "autograd/methods.py": ("autograd/test_operators.py", "autograd/test_shaping.py"),
    "autograd/node.py": tuple(f"autograd/test_{name}.py" for name in ("engine", "tape", "tensor")),
    "autograd/recorded.py": tuple(
        f"autograd/test_{name}.py" for name in ("recording", "operators", "module")
    ),
    "autograd/recording.py": ("autograd/test_module.py",),
    "autograd/tape.py": ("autograd/test_tensor.py", "autograd/test_anomaly.py"),
    "autograd/twin.py": ("autograd/test_module.py",),
    "autograd/vertices.py": ("autograd/test_graph_text.py",),
    **dict.fromkeys(
        [f"cli/{name}.py" for name in ("__init__", "job", "pictures", "settings", "training")],
        ("cli/test_program.py",),
    ),
    "cli/common.py": ("cli/test_settings.py", "cli/test_autoencoder.py"),
    "cli/facts.py": ("cli/test_faults.py",),
    "cli/networks.py": ("cli/test_autoencoder.py",),
    "files/archive.py": ("files/test_hostile.py",),
    "files/description.py": ("files/test_hostile.py",),
    "kernels/affine.py": ("kernels/test_skinny.py",),
    "kernels/normalizers.py": ("kernels/test_normalizer_oracles.py",),
    "losses/loss.py": ("autograd/test_recording.py",),
    "losses/regression.py": ("autograd/test_recording.py",),
    "optim/averages.py": ("optim/test_mean_square.py", "optim/test_moments.py"),
    "optim/decoupled.py": ("optim/test_moments.py",),
    "optim/optimizer.py": ("optim/test_tensors.py",),
    "optim/settings.py": ("optim/test_schedules.py",),
    "plot/epochs.py": ("plot/test_curves.py",),
    "plot/layered.py": ("plot/test_graph_layout.py",),
    "plot/sheet.py": ("plot/test_grid.py",),
    "testing/__init__.py": ("testing/test_strategies.py",),
    "train/divergence.py": ("train/test_loop.py", "train/test_guards.py"),
    "train/step.py": ("train/test_guards.py",),
}

# Their doctests show the smallest example, and a mutant's run does not make a failing one smaller.
SHRINKING = ("testing/strategies.py",)


def tests(root: Path, file: str) -> tuple[str, ...]:
    """The arguments that make pytest run the tests of a file of numnet, the nearest first.

    Raises
    ------
    ValueError
        If there are none.
    """
    path = Path(file)
    beside = [(path.parent / f"test_{path.name}").as_posix()]
    beside += [*FILES.get(file, ()), *FOLDERS.get(path.parts[0], ())]
    found = [f"tests/{name}" for name in beside if (root / "tests" / name).exists()]
    if file not in SHRINKING and ">>>" in (root / "numnet" / file).read_text(encoding="utf-8"):
        found.insert(0, f"numnet/{file}")
    if not found:
        raise ValueError(f"no test mirrors numnet/{file}: write one or name it in mirror.py")
    return tuple(found)


def explained() -> str:
    """The rule and the table in words."""
    table = [*((f"{name}/", more) for name, more in FOLDERS.items()), *FILES.items()]
    lines = ["A file's tests are its doctests, tests/FOLDER/test_NAME.py and, within tests/,"]
    for name, more in table:
        indent = " " * 28
        text = f"  {name:24}  {' '.join(more)}"
        lines.append(textwrap.fill(text, 100, subsequent_indent=indent, drop_whitespace=False))
    lines.append(f"Doctests that show the smallest example are left out: {', '.join(SHRINKING)}.")
    return "\n".join(line.rstrip() for line in lines)
