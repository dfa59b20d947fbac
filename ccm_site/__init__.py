"""A register of contracts for the care and education of children, kept as checked YAML in Git."""

__version__ = "0.1.0"
