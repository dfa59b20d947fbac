"""The search index of a site, by Pagefind: small pieces that the browser fetches as somebody types.

Pagefind runs as a service: pages go in and the index comes out through pipes, so that it leaves nothing on a disk. Each message
is JSON in base64 behind which stands a comma; the answers come in the order of the questions.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from pagefind.service import get_executable

from ccm_site.publish.search_order import settled

FOLDER = "pagefind"
MADE_FROM = "made-from.txt"
# Pagefind's own search boxes: the site has its own page, and needs only the search itself.
_BOXES = ("pagefind-ui", "pagefind-modular-ui", "pagefind-component-ui", "pagefind-highlight")
_INDEXED = "data-pagefind-body"
_FORM = "2"  # of what is sent to be indexed; another figure makes every index anew
_TIMEOUT = 900.0
_CHUNK = 1 << 20


class IndexFailed(Exception):
    """Pagefind could not index the site."""


def make_index(pages: Iterable[tuple[str, str]], mark: str, last: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """The index of the pages that are marked for it: its files by their path below `FOLDER`.

    ``pages`` are paths in the site with their HTML. ``mark`` stands for the text of all of them: the ``last`` site's index,
    which says what it was made from, is given back where that is the same, and ``pages`` is not asked for. The same pages in
    the same order give the same bytes. Nothing is written to a disk. Raises `IndexFailed`.
    """
    made_from = f"{mark} pagefind {version('pagefind')} {_FORM}".encode()
    if last.get(MADE_FROM) == made_from:
        return last
    files = _served((path, part) for path, html in pages if (part := _indexed_part(html)))
    try:
        kept = settled({name: content for name, content in files.items() if not name.startswith(_BOXES)})
    except (ValueError, KeyError, IndexError, OSError) as error:
        raise IndexFailed(f"the search index is not in the form that this program knows: {error}") from None
    return kept | {MADE_FROM: made_from}


def _indexed_part(html: str) -> str:
    """The part of a page that is indexed, as a page of its own: a tenth of the whole. Empty for a page that is not."""
    mark = html.find(_INDEXED)
    if mark < 0:
        return ""
    top = html.find("<html")
    end = html.rfind("</article>")
    language = html[top : html.find(">", top) + 1] if top >= 0 else "<html>"
    return f"{language}<body>{html[html.rfind('<', 0, mark) : end if end > mark else len(html)]}</body></html>"


def _served(pages: Iterable[tuple[str, str]]) -> dict[str, bytes]:
    """Send pages to Pagefind's service and take the files of the index from it."""
    program = get_executable()
    if program is None:
        raise IndexFailed(
            "the search index could not be made: Pagefind is not installed. Mend: pip install 'pagefind[bin]'"
        )
    # In a folder and an environment of ours, so that no settings of Pagefind's lie about that would let it write a log.
    env = {k: v for k, v in os.environ.items() if not k.startswith("PAGEFIND_")}
    process = subprocess.Popen(
        [str(program), "--service"], cwd=Path(__file__).parent, env=env,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None
    trouble: list[BaseException] = []
    feeder = threading.Thread(target=_feed, args=(process.stdin, pages, trouble, process.kill), daemon=True)
    alarm = threading.Timer(_TIMEOUT, process.kill)
    alarm.daemon = True
    try:
        alarm.start()
        feeder.start()
        files = _files_of(_answers(process.stdout))
    finally:
        alarm.cancel()
        process.kill()
        process.wait()
        feeder.join()
        process.stdout.close()
        with suppress(OSError):
            process.stdin.close()
    if trouble:
        raise trouble[0]
    if files is None:
        raise IndexFailed("the search index could not be made: Pagefind ended before it was done")
    return files


def _feed(
    pipe: IO[bytes], pages: Iterable[tuple[str, str]], trouble: list[BaseException], give_up: Callable[[], None]
) -> None:
    """Send everything; a page that cannot be made ends the work. That Pagefind is gone is seen by who waits for its answers."""

    def send(number: int, payload: Mapping[str, Any]) -> None:
        pipe.write(b64encode(json.dumps({"message_id": number, "payload": payload}).encode()) + b",")

    try:
        number = 1
        send(number, {"type": "NewIndex", "config": {}})
        for number, (path, html) in enumerate(pages, 2):
            send(number, {"type": "AddFile", "index_id": 0, "url": None, "file_path": path, "file_contents": html})
        send(number + 1, {"type": "GetFiles", "index_id": 0})
        pipe.flush()
    except (BrokenPipeError, ConnectionError):
        pass
    except BaseException as error:
        trouble.append(error)
        give_up()


def _files_of(answers: Iterable[Mapping[str, Any]]) -> dict[str, bytes] | None:
    """The index's files by name; None where the answers end before. An answer quotes what it was asked: that is not repeated."""
    for answer in answers:
        payload = answer["payload"]
        if payload["type"] == "Error":
            raise IndexFailed(f"the search index could not be made: {payload.get('message', 'no reason is given')}")
        if payload["type"] == "GetFiles":
            return {file["path"]: b64decode(file["content"]) for file in payload["files"]}
    return None


def _answers(pipe: IO[bytes]) -> Iterator[Mapping[str, Any]]:
    parts: list[bytes] = []
    while chunk := pipe.read1(_CHUNK):  # type: ignore[attr-defined]  # a pipe is a BufferedReader
        while b"," in chunk:
            end, _, chunk = chunk.partition(b",")
            yield json.loads(b64decode(b"".join([*parts, end])))
            parts = []
        parts.append(chunk)
