"""A warm kernel shows, prints and finds what a cold one does."""
# ruff: noqa: E501 - a cell is a line

from __future__ import annotations

import os
import re

import nbformat
import pytest
from nbconvert.preprocessors import CoalesceStreamsPreprocessor
from nbformat.v4 import new_code_cell, new_notebook

from tests.batch.warm.conftest import is_warm, kernel, run_notebook, said

DISPLAYS = {
    "plotly": "import plotly.graph_objects as go\nfigure = go.Figure(go.Scatter(y=[1, 3, 2]))\nfigure",
    "plotly show": "figure.show()",
    "plotly renderer": "import plotly.io as pio\nprint(pio.renderers, pio.templates.default)",
    "figure widget": "go.FigureWidget(figure)",
    "slider": "import ipywidgets\nslider = ipywidgets.IntSlider(value=3)\nslider",
    "output widget": "out = ipywidgets.Output()\nwith out:\n    print('inside')\nout.outputs",
    "comm targets": "import comm\nprint(sorted(comm.get_comm_manager().targets))",
    "interact": "ipywidgets.interact(lambda n: n, n=3);",
    "matplotlib": "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    "matplotlib again": "_, axes = plt.subplots()\nprint(plt.get_backend())",
    "inline magic": "%matplotlib inline\nplt.bar([1], [2]);",
    "tqdm": "from tqdm.auto import tqdm\nfor _ in tqdm(range(3)):\n    pass",
    "tqdm kind": "print(tqdm.__mro__)",
    "rich": "from rich import print as rich_print\nrich_print('[bold]loud[/] and plain', {'a': 1})",
    "rich table": "from rich.table import Table\ntable = Table('one', 'two')\ntable.add_row('1', '2')\ntable",
    "frame": "import pandas as pd\npd.DataFrame({'a': [1.5, 2.0]})",
    "wide frame": "pd.DataFrame({f'column {n}': [n] for n in range(40)})",
    "html": "from IPython.display import HTML, Markdown, display\ndisplay(HTML('<b>x</b>'), Markdown('*y*'))",
    "streams": "import sys\nprint('out')\nprint('err', file=sys.stderr)",
    "shell": "!echo from a shell",
    "descriptor": "import os, time\nos.write(1, b'raw\\n')\ntime.sleep(0.3)",
    "warnings": "import warnings\nwarnings.warn('told')\nwarnings.warn('old', DeprecationWarning)",
    "logging": "import logging\nlogging.warning('told')\nprint(logging.root.handlers, logging.root.level)",
    "error": "def deep():\n    1 / 0\ndeep()",
    "input": "input('name? ')",
}
STATE = {
    "path": "print(sys.path)",
    "arguments": "print(sys.argv[0], len(sys.argv), sys.flags, sys.warnoptions, __name__)",
    "folder": "print(os.getcwd(), os.environ['PWD'] if 'PWD' in os.environ else '')",
    # vectorbt and numba, which only the warm kernel has imported, set KMP_… as they are imported
    "environment": "print('\\n'.join(sorted(f'{k}={v}' for k, v in os.environ.items() if k != 'BITSTOCKERZ_WARM' and k[:4] != 'KMP_')))",
    "names": "print([name for name in list(globals()) if not name.startswith('_')])",
    "main": "print(sys.modules['__main__'].__dict__ is globals())",
    "signals": "import signal\nprint([signal.getsignal(n) for n in (2, 13, 15, 17)], signal.pthread_sigmask(0, []))",
    "limits": "import resource\nprint([resource.getrlimit(n) for n in range(16)], os.umask(0o22), os.getpriority(0, 0), os.sched_getaffinity(0))",
    "group": "print(os.getsid(0) == os.getpgrp() == os.getpid())",
    "numba threads": "import numba\nprint(numba.config.NUMBA_NUM_THREADS)",
    "settings": "import decimal, gc, locale\nimport numpy as np\nprint(np.geterr(), np.get_printoptions(), locale.getlocale(), decimal.getcontext(), gc.isenabled(), gc.get_threshold())",
    "pandas options": "print(pd.options.display.max_columns, pd.options.display.max_rows, pd.options.display.width, pd.get_option('plotting.backend'), pd.get_option('mode.copy_on_write'))",
    "time zone": "import datetime, tempfile\nprint(time.tzname, tempfile.gettempdir())",
    "standard input": "print(os.isatty(0))",
}


PYTEST = "PYTEST_CURRENT_TEST"
"""Where it is set, ipykernel leaves descriptors 1 and 2 alone."""


def outputs_of(cells, address, folder, env):
    """The outputs of each cell, by its name, without what differs from run to run."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in cells.values()])
    run_notebook(notebook, address, folder, env, limit=30, allow_errors=True)
    notebook, _ = CoalesceStreamsPreprocessor().preprocess(notebook, {})  # pieces come as they may
    return {
        name: [plain(output) for output in cell.outputs]
        for name, cell in zip(cells, notebook.cells, strict=True)
    }


def plain(output):
    """An output without the random ids that widgets and figures have, and without times."""
    text = nbformat.from_dict(output)
    text = repr(dict(text))
    text = re.sub(r"\b[0-9a-f]{32}\b", "ID", text)
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", text)
    text = re.sub(r"ipykernel_\d+/\d+\.py", "ipykernel_N/N.py", text)
    text = re.sub(r"0x[0-9a-f]{6,}", "0xN", text)
    return re.sub(r"\d+:\d\d<\d+:\d\d, +[\d.?]+ ?it/s", "TIME", text)


@pytest.fixture(scope="module")
def both(parent, tmp_path_factory):
    """Outputs of a cold and of a warm run, by cell."""
    folder = tmp_path_factory.mktemp("notebooks")
    cells = DISPLAYS | STATE
    env = {name: value for name, value in os.environ.items() if name != PYTEST}
    env |= {"TZ": "America/New_York", "TMPDIR": str(folder), "OWN": "1"}
    return outputs_of(cells, None, folder, env), outputs_of(cells, parent, folder, env)


@pytest.mark.parametrize("name", DISPLAYS | STATE)
def test_a_cell_puts_out_the_same_warm_as_cold(both, name):
    cold, warmed = both
    assert cold[name], "a cell that puts out nothing compares nothing"
    assert warmed[name] == cold[name]


def test_the_cells_show_what_they_are_about(both):
    _, warmed = both
    assert "application/vnd.plotly.v1+json" in warmed["plotly"][0]
    assert "application/vnd.jupyter.widget-view+json" in warmed["slider"][0]
    assert "image/png" in warmed["matplotlib"][0]
    assert "application/vnd.jupyter.widget-view+json" in warmed["tqdm"][0]
    assert "jupyter.widget" in warmed["comm targets"][0]


def test_the_renderer_of_figures_is_the_one_the_environment_names(parent):
    code = "import plotly.io as pio\nprint(pio.renderers.default)"
    environment = {**os.environ, "PLOTLY_RENDERER": "json"}
    with kernel(parent, env=environment) as (made, client):
        assert is_warm(made)
        assert said(client, code) == "json"


def test_the_backend_of_matplotlib_is_the_one_the_environment_names(parent):
    code = "import matplotlib.pyplot as plt\nplt.figure()\nprint(plt.get_backend())"
    with kernel(parent, env={**os.environ, "MPLBACKEND": "svg"}) as (made, client):
        assert is_warm(made)
        assert said(client, code) == "svg"


def test_filters_of_warnings_are_those_of_a_cold_kernel_that_imported_the_same(parent):
    code = (
        "from bitstockerz_lab.batch.warm.trial import trial; trial()\n"
        "import ipykernel.debugger, ipywidgets, anywidget, plotly.graph_objects, plotly.io, tqdm.auto, vectorbt\n"
        "import matplotlib.pyplot, warnings\n"
        "print(sorted(set(map(str, warnings.filters))))"
    )
    with kernel(None) as (_, client):
        cold = said(client, code)
    with kernel(parent) as (made, client):
        assert is_warm(made)
        assert eval(said(client, code)) == eval(cold)  # noqa: S307 - its own output


def test_no_two_kernels_draw_the_same_numbers(parent):
    code = (
        "import random, secrets, tempfile, uuid, numba, numpy as np\n"
        "draw = numba.njit(lambda: np.random.random())\n"
        "print(random.random(), np.random.rand(), np.random.default_rng().random(),"
        " draw(), secrets.token_hex(8), uuid.uuid4(), uuid.uuid1(),"
        " next(tempfile._get_candidate_names()), random.Random().random())"
    )
    drawn = []
    for _ in range(3):
        with kernel(parent) as (made, client):
            assert is_warm(made)
            drawn.append(said(client, code).split())
    for first, second, third in zip(*drawn, strict=True):
        assert len({first, second, third}) == 3
