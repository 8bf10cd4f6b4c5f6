"""What papermill injects is held against what the notebook's parameters cell declares."""

from __future__ import annotations

import re

import pytest

from bitstockerz_lab import check_parameters
from bitstockerz_lab.batch.injected import refuse_others
from bitstockerz_lab.errors import DataError, UnknownName

DECLARED = (
    'symbol: str = "AAPL"  # which\nfee_bps: float = 5.0  # per fill\nids: list = []  # of runs'
)


def refuse(injected, *later, declared=DECLARED, before=("", "import os")):
    """Run the cells as a kernel would, then check."""
    cells = [*before, declared, f"# Parameters\n{injected}", *later]
    names = {}
    for cell in cells:
        exec(cell, names)  # noqa: S102 - the test's own cells
    refuse_others(cells, names)


def test_what_the_cell_declares_is_taken():
    refuse('symbol = "MSFT"\nfee_bps = 3\nids = [1, 2]\n')


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(UnknownName, match=r"No parameter 'symbl'. Did you mean 'symbol'\?"):
        refuse('symbl = "MSFT"\n')


def test_an_unknown_name_like_no_other_is_told_what_there_is():
    with pytest.raises(UnknownName, match="This notebook has symbol, fee_bps, ids"):
        refuse('strategy_name = "x"\n')


@pytest.mark.parametrize("line", ["symbol = 2016", "fee_bps = '5'", "ids = 'a'", "fee_bps = None"])
def test_another_type_is_refused_with_the_way_out(line):
    with pytest.raises(DataError, match="-r hands text over as it is"):
        refuse(line)


def test_a_value_is_the_one_the_kernel_has_not_its_text():
    refuse("fee_bps = float('inf')")


def test_the_paths_that_papermill_itself_adds_are_let_through():
    refuse('PAPERMILL_INPUT_PATH = "a.ipynb"\nPAPERMILL_OUTPUT_PATH = "b.ipynb"')


def test_where_nothing_was_injected_nothing_is_checked():
    refuse_others(["", DECLARED, "symbl = 3"], {"symbl": 3})
    refuse_others([], {})


def test_cells_that_are_no_plain_python_are_passed_over():
    refuse('symbol = "MSFT"', before=("",), declared=DECLARED)
    refuse_others(
        ["%matplotlib inline", "!ls (", DECLARED, "# Parameters\nids = [1]"], {"ids": [1]}
    )
    with pytest.raises(UnknownName):
        refuse_others(["%time 1", DECLARED, "# Parameters\nid = [1]"], {"id": [1]})


def test_a_cell_of_ones_own_that_begins_alike_is_no_injected_one():
    own = f"# Parameters\n{DECLARED}"
    refuse_others(["", "import os\nx: int = 1", own], {"symbol": "A", "fee_bps": 5.0, "ids": []})
    with pytest.raises(UnknownName, match="Did you mean 'symbol'"):
        refuse("symbl = 3", declared=own)


def test_run_anew_by_hand_after_other_cells_it_is_still_checked():
    cells = ["", DECLARED, "# Parameters\nids = [1]", "lab = 3", "# Parameters\nidz = [1]"]
    with pytest.raises(UnknownName, match=re.escape("Did you mean 'ids'?")):
        refuse_others(cells, {"ids": [1], "idz": [1]})


def test_outside_a_kernel_there_is_nothing_to_check():
    assert check_parameters() is None
