import pytest

from tests.keys.stores import House


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path)
    made.create("ada", "bo", "cy", "di")
    return made
