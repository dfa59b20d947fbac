"""The command line: thin callers of the functions that do the work, and the only place but `web` that prints."""

from ccm_site.cli import due, erase, exchange, gate, key_store, personal, register, report
from ccm_site.cli.base import main

__all__ = ["due", "erase", "exchange", "gate", "key_store", "main", "personal", "register", "report"]
