"""A worker as an installation starts it, with the content of another folder, which `CONTENT` names."""

import os
from functools import partial
from pathlib import Path

import worker
from sop_engine.content.library import load_library


def main() -> None:
    worker.load_library = partial(load_library, Path(os.environ["CONTENT"]))  # type: ignore[attr-defined]
    worker.main()


if __name__ == "__main__":
    main()
