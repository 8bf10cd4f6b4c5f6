"""The closed sets of words. A member is its own text: ``Side.LONG == "LONG"``."""

from enum import StrEnum


class AssetType(StrEnum):
    """What a symbol is."""

    EQUITY = "EQUITY"
    CRYPTO = "CRYPTO"


class Side(StrEnum):
    """Which way a backtest's trade faces."""

    LONG = "LONG"
    SHORT = "SHORT"


class ExitReason(StrEnum):
    """Why a trade ended. The order is the kernel's code for it: ``list(ExitReason)[code]``."""

    SIGNAL = "signal"
    MAX_BARS = "max_bars"
    STOP_LOSS = "stop_loss"
    TRAILING_STOP = "trailing_stop"
    RUINED = "ruined"
    TAKE_PROFIT = "take_profit"
    END_OF_DATA = "end_of_data"
    BREAK_EVEN = "break_even"


class SizingMethod(StrEnum):
    """How much an entry buys. The order is the kernel's code for it."""

    PERCENT_OF_EQUITY = "percent_of_equity"
    FIXED_CASH = "fixed_cash"
    FIXED_QUANTITY = "fixed_quantity"
    RISK_PERCENT = "risk_percent"


class Role(StrEnum):
    """What a run was for in a walk-forward."""

    IN_SAMPLE = "in_sample"
    OUT_OF_SAMPLE = "out_of_sample"


class Severity(StrEnum):
    """How bad a finding about bars is; the worst first."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Verdict(StrEnum):
    """What an honesty check came to; the worst first."""

    FAILED = "failed"
    WARNING = "warning"
    NOT_CHECKED = "not checked"
    NOTE = "note"
    OK = "ok"


class Status(StrEnum):
    """Where a run or a job stands."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"


class OrderSide(StrEnum):
    """Which way an order of a paper account trades."""

    BUY = "BUY"
    SELL = "SELL"


class OrderType(StrEnum):
    """At what price an order fills."""

    MARKET = "MARKET"
    LIMIT = "LIMIT"


class OrderStatus(StrEnum):
    """Where an order stands; all but the first are for good."""

    PENDING = "PENDING"
    FILLED = "FILLED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"
