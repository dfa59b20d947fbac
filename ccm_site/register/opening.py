"""The sealed parts of records: those opened that the keys open, of the others why they stay shut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ccm_site.keys import Identity, Keys, Shut, Subject
from ccm_site.kinds import Kinds
from ccm_site.model import Key, Record
from ccm_site.sealing import NOT_ITS_KEY, BadSeal, case_of, is_key_of, joined, open_fields, subject_of

NO_KEYS = "no key store is at hand"


def open_seals(records: dict[Key, Record], kinds: Kinds, keys: Keys | None, without: str) -> None:
    """Put the sealed fields that the keys open into their records; say of the others why they stayed shut.

    ``without`` is what is said where there are no keys at all.
    """
    sealed = [r for r in records.values() if r.seal]
    if not sealed:
        return
    opened = keys.open({r.seal.key for r in sealed if r.seal}) if keys else {}
    if keys:
        keys.log("opened", [r.id for r in sealed if r.seal and not isinstance(opened.get(r.seal.key), Shut)])
    for r in sealed:
        records[r.key] = _opened(r, kinds, opened, without)
    if keys:
        _belonging(records, [records[r.key] for r in sealed], kinds, keys)


def _belonging(records: dict[Key, Record], sealed: list[Record], kinds: Kinds, keys: Keys) -> None:
    """Find the opened records that are sealed with a key which is not theirs.

    With a key that is not their subject's, erasing it would leave them readable; with one that is another case's too, erasing that
    would take them along.
    """
    known: dict[tuple[str, frozenset[Subject]], bool] = {}
    for r in sealed:
        if r.seal is None or r.seal.shut or r.seal.fault:
            continue
        placement = records.get(Key("placement", str(r.data.get("placement"))))
        if placement is not None and placement.seal and placement.seal.shut:
            continue
        of = placement.data if placement is not None and r.kind != "placement" else None
        about = (r.seal.key, frozenset(s for s in (subject_of(kinds[r.kind], r.data, of), case_of(r.data, of)) if s))
        if about not in known:
            known[about] = is_key_of(keys, *about)
        if not known[about]:
            records[r.key] = replace(r, seal=replace(r.seal, fault=NOT_ITS_KEY))


def _opened(record: Record, kinds: Kinds, identities: Mapping[str, Identity | Shut], without: str) -> Record:
    seal = record.seal
    assert seal is not None
    identity = identities.get(seal.key)
    if identity is None:
        return replace(record, seal=replace(seal, shut=without))
    if isinstance(identity, Shut):
        return replace(record, seal=replace(seal, shut=identity.words, erased=identity.reason == "destroyed"))
    try:
        fields = open_fields(seal.text, identity, record.key, kinds.sealable(kinds[record.kind]))
    except BadSeal as fault:
        return replace(record, seal=replace(seal, shut=str(fault), fault=seal.fault or str(fault)))
    return replace(record, data=joined(kinds[record.kind], record.data, fields))
