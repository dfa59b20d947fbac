"""Personal data in texts: what is found, what is let pass, what is taken out. One detector for all who ask (trace 5.4)."""

from ccm_site.personal_data.detector import DETECTORS, BadPattern, Detector, Hit, case_pattern
from ccm_site.personal_data.names import NameList, NamesTrouble, load_names, make_names, names_key, names_of
from ccm_site.personal_data.numbers import chi_valid
from ccm_site.personal_data.settings import configured, without_names
from ccm_site.personal_data.texts import scan_page, scan_texts

__all__ = [
    "DETECTORS", "BadPattern", "Detector", "Hit", "NameList", "NamesTrouble", "case_pattern", "chi_valid", "configured", "load_names", "make_names",
    "names_key", "names_of", "scan_page", "scan_texts", "without_names",
]  # fmt: skip
