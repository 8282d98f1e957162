import pytest


def test_a_function_of_forty_one_lines_is_found(findings_in):
    code = "\n\ndef long():\n" + "    step()\n" * 40

    assert findings_in("rows.py", code) == ["1 T1"]


def test_a_function_of_forty_lines_is_not_found(findings_in):
    assert findings_in("rows.py", "def long():\n" + "    step()\n" * 39) == []


def test_a_method_is_as_short_as_a_function(findings_in):
    code = "class Long:\n    def method(self):\n" + "        step()\n" * 40

    assert findings_in("rows.py", code) == ["2 T1"]


def test_a_file_of_four_hundred_and_one_lines_is_found(findings_in):
    assert findings_in("rows.py", "a = 1\n" * 401) == ["1 T1"]


def test_a_file_of_four_hundred_lines_is_not_found(findings_in):
    assert findings_in("rows.py", "a = 1\n" * 400) == []


@pytest.mark.parametrize("place", ["tests/test_long.py", "migrations/0001_initial.py"])
def test_tests_and_migrations_may_be_long(findings_in, place):
    assert findings_in(place, "a = 1\n" * 401) == []


@pytest.mark.parametrize("path", ["utils.py", "helpers.py", "actions/misc.py"])
def test_a_module_whose_name_says_nothing_is_found(findings_in, path):
    assert findings_in(path, "A = 1\n") == ["1 N1"]
