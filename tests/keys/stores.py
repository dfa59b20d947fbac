"""A key store with a few readers, for tests: Ada and Bo read cases, Cy reads tenders, Di reads nothing but may confirm; Eve, who comes later, reads tenders."""

from datetime import date

from ccm_site.keys import FolderStore, Reader, Subject, recipient_of
from ccm_site.keys.age import new_identity

TODAY = date(2026, 11, 25)
CASE = Subject("case", "CH-7K2M9QX-4")
OTHER = Subject("case", "CH-0000001-1")
COMPLAINT = Subject("complaint", "K-2026-0001")
TENDER = Subject("tender", "T-2026-0001")
READS = {"ada": {"case", "complaint"}, "bo": {"case", "complaint"}, "cy": {"tender"}, "di": set(), "eve": {"tender"}}


class House:
    """A store's folders and its readers' identities."""

    def __init__(self, base):
        self.base, self.folder, self.escrow = base, base / "store", base / "elsewhere" / "escrow"
        self.identities = {name: new_identity() for name in READS}

    def reader(self, name, reads=None, from_=date(2026, 1, 1), until=None, post=None):
        reads = READS[name] if reads is None else reads
        return Reader(
            name, recipient_of(self.identities[name]), (post or f"post-{name}",), frozenset(reads), from_, until
        )

    def create(self, *names):
        """A store with these readers, the first being its maker."""
        store = FolderStore.create(self.folder, self.reader(names[0]), self.identities[names[0]], self.escrow, TODAY)
        for name in names[1:]:
            store.add_reader(self.reader(name))
        return store

    def open(self, name, today=TODAY, folder=None, timeout=10):
        return FolderStore.open(folder or self.folder, self.identities[name], today, timeout)

    def erase(self, subject, today=TODAY):
        """Ada asks, Di confirms."""
        request = self.open("ada", today).request_erasure(subject, "they asked for it", "R-PRV-9", "post-ada")
        return self.open("di", today).confirm_erasure(request, "post-di")
