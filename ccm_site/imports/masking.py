"""What looks like personal data is taken out on the way in, and only its kind is remembered (trace 5.4).

Rather one masked too many than one too few: a source's text is a copy, and the original stays with its publisher.
"""

from __future__ import annotations

from functools import lru_cache

from ccm_site.personal_data import Detector
from ccm_site.personal_data.detector import MASKS as _MASKS

MASKS = frozenset(put for _, put in _MASKS.values())
_DETECTOR = Detector()


@lru_cache(maxsize=20_000)
def mask(text: str, reference: bool = False) -> tuple[str, tuple[str, ...]]:
    """The text without what looks like personal data, and the kinds of what was removed, one for each place.

    In a contract's own number (``reference``) only what is certain is removed: figures and letters there are often like
    telephone numbers and postcodes, and a number must stay itself.
    """
    return _DETECTOR.mask(text, reference)


def only_masks(text: str) -> bool:
    """Whether nothing is left of a text but what stands in the place of personal data."""
    rest = text
    for put in MASKS:
        rest = rest.replace(put, "")
    return rest != text and not any(c.isalnum() for c in rest)
