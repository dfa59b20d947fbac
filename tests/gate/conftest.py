"""The demonstration register as it is loaded, and laid into a repository with its restricted parts sealed."""

import pytest

from ccm_site.demo import lay
from ccm_site.register import load
from ccm_site.starter import shipped


@pytest.fixture(scope="session")
def base():
    return load(shipped())


@pytest.fixture(scope="session")
def repository(tmp_path_factory):
    root = tmp_path_factory.mktemp("gate") / "register"
    lay(shipped(), root)
    return root
