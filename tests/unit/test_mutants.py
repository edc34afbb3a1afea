"""The defects of `make mutants` still have their place in the engine, and leave it a program."""

import ast
from pathlib import Path

import pytest

import fm_desktop
from tests.mutants.__main__ import broken
from tests.mutants.defects import DEFECTS

PACKAGE = Path(fm_desktop.__file__).parent


@pytest.mark.parametrize("defect", DEFECTS, ids=[each.name for each in DEFECTS])
def test_a_defect_has_its_place_and_can_be_run(defect):
    source = (PACKAGE / defect.path).read_text(encoding="utf-8")
    ast.parse(broken(source, defect))


def test_a_defect_that_lost_its_place_is_told():
    with pytest.raises(ValueError, match="0 times"):
        broken("nothing of the kind", DEFECTS[0])
