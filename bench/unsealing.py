"""How long it takes to open what is sealed: 1,000 records of 1,000 subjects, for one reader of three, beside reading them shut.

    python -m bench.unsealing --records 1000

A peer in the same run: the same texts opened by age alone, with the keys already at hand.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import click

from ccm_site.keys import FolderStore, Reader, Shut, Subject, load_identity, make_identity
from ccm_site.keys.age import unwrap
from ccm_site.model import Key
from ccm_site.sealing import open_fields, seal_fields

_FIELDS = {
    "child_ref": "CH-B028XZA-T", "service": "SV-2026-0001", "resource_type": "purchased_fostering", "purchase_category": "C",
    "lead_professional": "service-manager", "key_worker": "social-worker-south", "reviewing_officer": "reviewing-officer",
    "start_date": "2026-04-20", "rates": [{"amount": "1180.00", "vat_basis": "exempt", "unit": "week", "from": "2026-04-20"}],
}  # fmt: skip


def timed(run: Callable[[], object], runs: int) -> float:
    """Median wall seconds of a run."""
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


@click.command()
@click.option("--records", default=1000, show_default=True)
@click.option("--runs", default=5, show_default=True)
def main(records: int, runs: int) -> None:
    """Print seconds: keys from the store and records opened, in a fresh session each time; and age alone."""
    today = date(2026, 11, 24)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        public = [make_identity(folder / f"{n}.txt", None) for n in range(3)]
        readers = [Reader(f"s{n}", key, ("post",), frozenset(["case"]), today) for n, key in enumerate(public)]
        mine = load_identity(folder / "0.txt", str)
        store = FolderStore.create(folder / "keys", readers[0], mine, folder / "escrow", today)
        store.rewrap(readers)
        keys = [store.key_for(Subject("case", f"CH-{n}")) for n in range(records)]
        texts = [seal_fields(_FIELDS, k.recipient, Key("placement", f"P-{n}")) for n, k in enumerate(keys)]

        def whole() -> None:
            opened = FolderStore.open(folder / "keys", mine, today).open([k.id for k in keys])
            for n, (key, text) in enumerate(zip(keys, texts, strict=True)):
                identity = opened[key.id]
                assert not isinstance(identity, Shut)
                assert open_fields(text, identity, Key("placement", f"P-{n}")) == _FIELDS

        at_hand = store.open([k.id for k in keys])

        def age_alone() -> None:
            for key, text in zip(keys, texts, strict=True):
                identity = at_hand[key.id]
                assert not isinstance(identity, Shut)
                unwrap(text.encode(), identity)

        ours, peer = timed(whole, runs), timed(age_alone, runs)
    click.echo(f"{records} records, each of a subject of its own, with the store's keys wrapped for three readers:")
    click.echo(f"  store opened, keys unwrapped, records unsealed: {ours:.2f} s")
    click.echo(f"  age alone, keys at hand: {peer:.2f} s ({ours / peer:.1f} times)")


if __name__ == "__main__":
    main()
