"""A register from its files: every readable one becomes a record, opened as far as keys allow, and linked both ways."""

from ccm_site.register.files import MARKER, Files, NoRegister, WorkTree, find_root
from ccm_site.register.linking import linked, values_at
from ccm_site.register.loading import Aside, Loaded, load, load_from
from ccm_site.register.opening import NO_KEYS

__all__ = [
    "MARKER", "NO_KEYS", "Aside", "Files", "Loaded", "NoRegister", "WorkTree", "find_root", "linked", "load", "load_from", "values_at",
]  # fmt: skip
