"""Measurements: ratios against a peer in the same run, on registers made to size. `python -m bench --help`."""
