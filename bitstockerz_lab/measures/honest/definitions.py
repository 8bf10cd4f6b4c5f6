"""What each honest statistic means, in words, to be printed beside the number."""

from __future__ import annotations

from bitstockerz_lab.measures.definitions import MetricDefinition as Meaning

DEFINITIONS: dict[str, Meaning] = {
    "trials": Meaning(
        "Trials (N)",
        "count",
        "Distinct sets of rules and parameters tried on one symbol and timeframe. With another "
        "name, other costs or another period it is the same trial.",
    ),
    "effective_trials": Meaning(
        "Effective trials (N_eff)",
        "",
        "ρ̄ + (1 − ρ̄)·n of the n combinations of the sweep, ρ̄ being the mean correlation of their "
        "daily returns; the other trials, whose returns are not at hand, count as independent.",
    ),
    "daily_sharpe": Meaning(
        "Daily Sharpe ratio",
        "a day",
        "Mean over standard deviation of the daily returns, not annualised, no risk-free rate.",
    ),
    "expected_maximum": Meaning(
        "Luck's best (SR0)",
        "a day",
        "The daily Sharpe ratio to be expected of the best of N trials without any skill.",
    ),
    "probabilistic": Meaning(
        "Probabilistic Sharpe (PSR)",
        "probability",
        "Probability that the true Sharpe ratio is above 0, given the number, the skew and the "
        "tails of the returns, as if nothing else had been tried.",
    ),
    "deflated": Meaning(
        "Deflated Sharpe (DSR)",
        "probability",
        "Probability that the true Sharpe ratio is above SR0.",
    ),
    "deflated_effective": Meaning(
        "Deflated Sharpe, N_eff trials",
        "probability",
        "The same with the effective number of trials in place of N.",
    ),
    "deflated_over_benchmark": Meaning(
        "Deflated Sharpe over buy and hold",
        "probability",
        "The same of the returns minus those of buy and hold: a rising market is no skill.",
    ),
    "track_record_days": Meaning(
        "Minimum track record (MinTRL)",
        "count",
        "Days of such returns after which the deflated Sharpe ratio reaches 0.95.",
    ),
    "overfitting": Meaning(
        "Probability of overfitting (PBO)",
        "probability",
        "Share of 12,870 ways to halve the days in which the best combination of one half is no "
        "better than the median in the other (CSCV).",
    ),
    "white": Meaning(
        "White's reality check",
        "probability",
        "p-value: chance of a best mean return this high if no combination beats the benchmark.",
    ),
    "spa": Meaning(
        "Hansen's SPA",
        "probability",
        "The same of studentised returns, hopeless combinations left out: the consistent p-value.",
    ),
    "trade_order": Meaning(
        "Trades in another order",
        "%",
        "The drawdown that one in twenty orders of the same trades exceeds.",
    ),
    "block_bootstrap": Meaning(
        "Days in other blocks",
        "money",
        "The final equity that one in twenty samples of the same days falls short of, drawn in "
        "blocks of about ten.",
    ),
    "fill_noise": Meaning(
        "Worse fills",
        "",
        "The yearly Sharpe ratio that one in twenty paths with random slippage and missed entries "
        "falls short of.",
    ),
    "costs_doubled": Meaning(
        "Costs doubled",
        "",
        "The score that is left with twice the fees, slippage and borrow costs.",
    ),
    "parameter_noise": Meaning(
        "Parameter noise",
        "probability",
        "Share of near parameter sets that keep half the score.",
    ),
}
"""By name, in the order they are told."""
