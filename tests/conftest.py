"""What many tests stand on: a small sound register, the real data, and no test left out where nothing may be."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.registers import make_small

# Continuous integration tries the same examples each time: it says whether a change broke something. People's runs look further.
settings.register_profile("same", derandomize=True)
if os.environ.get("CCM_NOTHING_LEFT_OUT"):
    settings.load_profile("same")


@pytest.fixture
def small_register(tmp_path):
    """A sound register of a dozen records: one council, one provider with a service, a specification, terms, two contracts."""
    return make_small(tmp_path / "register")


@pytest.fixture(scope="session")
def data():
    """The folder of real data: where CCM_DATA says, else beside the repository."""
    folder = Path(os.environ.get("CCM_DATA") or Path(__file__).parents[2] / "shared/data")
    if not folder.is_dir():
        leave_out(f"the real data is not at {folder}; set CCM_DATA to where it is")
    return folder


def leave_out(reason):
    """Skip a test, or fail it where continuous integration must leave nothing out."""
    if os.environ.get("CCM_NOTHING_LEFT_OUT"):
        pytest.fail(f"left out: {reason}")
    pytest.skip(reason)
