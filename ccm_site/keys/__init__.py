"""Keys outside Git: one age key pair for each subject. Git holds texts that only this key opens; destroying the key erases them everywhere.

A store gives keys through ``Keys``. ``FolderStore`` is one in a folder; a council's own vault can be another.
"""

from ccm_site.keys.age import Identity, fingerprint, recipient_of
from ccm_site.keys.backup import Restored, backup, restore
from ccm_site.keys.care import Status
from ccm_site.keys.erasure import Erased, Request
from ccm_site.keys.escrow import expire
from ccm_site.keys.folder import FolderStore, OpenFolder
from ccm_site.keys.identity import identity_path, load_identity, make_identity
from ccm_site.keys.interface import Keys, Shut, Subject, SubjectKey
from ccm_site.keys.readers import Reader
from ccm_site.keys.rewrap import Rewrapped
from ccm_site.keys.room import Tombstone
from ccm_site.keys.trouble import (
    BackupExpired,
    BadReader,
    Damaged,
    ErasureRefused,
    EscrowAway,
    FolderTaken,
    ForeignBackup,
    InsideGit,
    KeyTrouble,
    NoIdentity,
    NoReaders,
    NoStore,
    NotReadable,
    NotWritable,
    OpenToOthers,
    ReaderExpired,
    ReaderNotYet,
    StoreLocked,
    WrongIdentity,
    WrongPassphrase,
)

__all__ = [
    "BackupExpired",
    "BadReader",
    "Damaged",
    "Erased",
    "ErasureRefused",
    "EscrowAway",
    "FolderStore",
    "FolderTaken",
    "ForeignBackup",
    "Identity",
    "InsideGit",
    "KeyTrouble",
    "Keys",
    "NoIdentity",
    "NoReaders",
    "NoStore",
    "NotReadable",
    "NotWritable",
    "OpenFolder",
    "OpenToOthers",
    "Reader",
    "ReaderExpired",
    "ReaderNotYet",
    "Request",
    "Restored",
    "Rewrapped",
    "Shut",
    "Status",
    "StoreLocked",
    "Subject",
    "SubjectKey",
    "Tombstone",
    "WrongIdentity",
    "WrongPassphrase",
    "backup",
    "expire",
    "fingerprint",
    "identity_path",
    "load_identity",
    "make_identity",
    "recipient_of",
    "restore",
]
