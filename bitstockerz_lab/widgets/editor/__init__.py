"""The strategy editor: a pure draft of rules, a form that shows it, a panel around both."""

from bitstockerz_lab.widgets.editor.draft import Draft
from bitstockerz_lab.widgets.editor.editor import StrategyEditor

__all__ = ["Draft", "StrategyEditor"]
