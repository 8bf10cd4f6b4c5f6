"""A small backtest, a small sweep and a figure: what they compile is there in every kernel."""

from __future__ import annotations


def trial() -> None:
    """Run them; nothing is recorded and no database opened."""
    from plotly import graph_objects as go  # noqa: PLC0415 - reason: heavy

    from bitstockerz_lab.backtests import engine  # noqa: PLC0415 - reason: heavy
    from bitstockerz_lab.backtests.sweep import pure  # noqa: PLC0415 - reason: heavy
    from bitstockerz_lab.market.providers import synthetic  # noqa: PLC0415 - reason: heavy
    from bitstockerz_lab.strategies import templates  # noqa: PLC0415 - reason: heavy
    from bitstockerz_lab.strategies.compile import signals  # noqa: PLC0415 - reason: heavy

    bars = synthetic.sample_bars(synthetic.plan("DEMO-A", "EQUITY")).tail(600)
    definition = templates.get("golden-cross")
    told = signals(definition, bars)
    simulation = engine.simulate(bars, told["long_entry"], told["long_exit"])
    simulation.trades._repr_html_()  # type: ignore[operator]
    pure.sweep(
        definition, bars, grid={"fast": [20, 30]}, fee_bps=5, threads=1, progress=False
    ).results.head()
    figure = go.Figure([go.Scatter(y=[1.0, 2.0]), go.Candlestick(x=[1], open=[1], close=[2])])
    figure.to_plotly_json()
