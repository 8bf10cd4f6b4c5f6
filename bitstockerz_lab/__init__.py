"""BitStockerz Lab: honest, recorded, reproducible backtests in a notebook."""

from importlib import import_module

_HOMES = {
    "Lab": "lab",
    "LabError": "errors",
    "check_parameters": "batch.injected",
    "code_strategy": "strategies",
    "open_lab": "lab",
    "parameter": "strategies",
    "simulate": "backtests.engine",
    "strategy": "strategies",
    "sweep": "backtests.sweep.pure",
}

__all__ = ["Lab", "LabError", "check_parameters", "code_strategy", "open_lab", "parameter",
           "simulate", "strategy", "sweep"]  # fmt: skip
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Load a public name when it is first asked for, so that the import itself is light."""
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    from difflib import get_close_matches  # noqa: PLC0415 - only for what is not there

    near = get_close_matches(name, _HOMES, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}.{hint}")
