"""The published files: what they are called, what they must hold, where they are fetched from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class File:
    """One file of a set, and the other forms in which it will do as well.

    Attributes
    ----------
    name : str
        In its folder.
    sha256 : str
        Of all its bytes, in hexadecimal digits; empty where no particular bytes are expected.
    mirrors : tuple of str
        Whole addresses, in the order in which they are tried.
    instead : tuple of File
        Files that hold the same data, looked for and fetched after this one.
    """

    name: str
    sha256: str = ""
    mirrors: tuple[str, ...] = ()
    instead: tuple[File, ...] = ()

    @property
    def forms(self) -> tuple[File, ...]:
        """The file itself, then those that will do instead."""
        return (self, *self.instead)


@dataclass(frozen=True)
class Published:
    """A set of files.

    Attributes
    ----------
    name : str
        Of the folder in which they stand together.
    files : tuple of File
        All are needed.
    otherwise : str
        What else will do, in words that follow the files.
    """

    name: str
    files: tuple[File, ...]
    otherwise: str = ""


def four_files(name: str, mirrors: tuple[str, ...], sha256: tuple[str, str, str, str]) -> Published:
    """A set in the files of MNIST, each gzipped or not, with the hashes of the gzipped ones.

    Examples
    --------
    >>> small = four_files("small", ("https://a.org/", "https://b.org/"), ("1", "2", "3", "4"))
    >>> [form.name for form in small.files[0].forms]
    ['train-images-idx3-ubyte.gz', 'train-images-idx3-ubyte']
    >>> small.files[1].sha256, small.files[1].mirrors[1]
    ('2', 'https://b.org/train-labels-idx1-ubyte.gz')
    """
    stems = (
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    )
    return Published(
        name,
        tuple(
            File(
                f"{stem}.gz",
                digest,
                tuple(f"{mirror}{stem}.gz" for mirror in mirrors),
                (File(stem),),
            )
            for stem, digest in zip(stems, sha256, strict=True)
        ),
        " (or the same without .gz)",
    )


MNIST = four_files(
    "mnist",
    (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
    (
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    ),
)
FASHION_MNIST = four_files(
    "fashion-mnist",
    (
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
    ),
    (
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    ),
)
# The archive is StatLib's, as L. Torgo published it; the plain file is its table below a header.
CALIFORNIA = Published(
    "california",
    (
        File(
            "cal_housing.data",
            "534365b6c3c9b07c2b7d88e0ff9f1b41725d8b799748f5c0b80e1067f51c8ab3",
            tuple(
                f"{mirror}51e00cd162ca602c528f114e7d55a0a36803832f/cal_housing.data"
                for mirror in (
                    "https://raw.githubusercontent.com/we-b/datasets_for_ai/",
                    "https://cdn.jsdelivr.net/gh/we-b/datasets_for_ai@",
                )
            ),
            (
                File(
                    "cal_housing.tgz",
                    "aaa5c9a6afe2225cc2aed2723682ae403280c4a3695a2ddda4ffb5d8215ea681",
                    (
                        "https://ndownloader.figshare.com/files/5976036",
                        "https://www.dcc.fc.up.pt/~ltorgo/Regression/cal_housing.tgz",
                    ),
                ),
            ),
        ),
    ),
    " (or cal_housing.tgz)",
)
