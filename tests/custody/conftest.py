import pytest

from tests.custody.office import make_office


@pytest.fixture
def office(tmp_path):
    """A register whose placement and complaint lie in clear, and a key store with three readers."""
    return make_office(tmp_path)
