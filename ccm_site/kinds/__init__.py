"""`schemas/` to kinds: what a record of each kind holds, where it lies, who reads it, how it moves. The schema is the kind."""

from ccm_site.kinds.collection import Kinds
from ccm_site.kinds.reading import BadSchema, kinds_of, load_kinds
from ccm_site.kinds.types import SEALED, Field, Kind, LifeCycle, PathTemplate, Transition

__all__ = [
    "SEALED",
    "BadSchema",
    "Field",
    "Kind",
    "Kinds",
    "LifeCycle",
    "PathTemplate",
    "Transition",
    "kinds_of",
    "load_kinds",
]
