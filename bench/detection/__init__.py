"""The detection of personal data, measured: what is found of made-up personal data, and what harmless text is taken for it."""

from bench.detection.quiet import harmless, real
from bench.detection.scoring import detector, scores
from bench.detection.writers import positives

__all__ = ["detector", "harmless", "positives", "real", "scores"]
