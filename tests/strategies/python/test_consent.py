"""Whose code runs without asking, on which machine."""

from __future__ import annotations

import json
import stat

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.errors import DefinitionError, StorageError, Untrusted
from bitstockerz_lab.strategies import Definition, signals
from bitstockerz_lab.strategies.python import consent
from tests.strategies.python import written


def rows(lab):
    return lab.strategies.trusted()["kind"].tolist()


def test_what_this_process_decorated_runs_without_asking(reversion, bars):
    assert signals(reversion, bars).to_numpy().any()
    assert signals(reversion.to_json(), bars).to_numpy().any()


def test_code_from_elsewhere_is_asked_about_and_trust_agrees_for_good(reversion, bars, elsewhere):
    elsewhere()
    with pytest.raises(Untrusted) as caught:
        signals(reversion.to_json(), bars)
    assert str(caught.value) == (
        "Strategy 'Mean reversion' is 20 lines of Python that were not written or agreed to on "
        "this machine. Read them with print(definition.code()), then run with trust=True."
    )
    assert signals(reversion, bars, trust=True).to_numpy().any()
    consent._AGREED.clear()  # another process of the same machine
    assert signals(reversion, bars).to_numpy().any()


def test_what_is_passed_on_to_a_worker_runs_in_that_process_and_in_no_other(
    reversion, bars, elsewhere
):
    elsewhere()
    consent.passed_on(reversion)
    assert signals(reversion, bars).to_numpy().any()
    consent._AGREED.clear()  # another process of the same machine
    with pytest.raises(Untrusted):
        signals(reversion, bars)


def test_reading_validating_telling_and_saving_run_nothing(stocked, tmp_path):
    mark = tmp_path / "ran"
    source = f"open({str(mark)!r}, 'w')\ndef rules(bars):\n    return {{'enter': bars > 0}}\n"
    python = {
        "source": source,
        "function": "rules",
        "sha256": consent.digest(source),
    }
    text = json.dumps({"name": "Foreign", "python": python})
    assert stocked.strategies.validate(text) == []
    version = stocked.strategies.save(text)
    stocked.strategies.summary(version)
    assert "rules" in f"{version}{version._repr_html_()}{version.definition.code()}"
    with pytest.raises(Untrusted, match=r"'Foreign' version 1 is 3 lines of Python"):
        stocked.backtests.run("Foreign", "AAPL")
    assert not mark.exists()
    assert stocked.strategies.trusted().empty
    assert stocked.backtests.list().empty


def test_what_its_writer_saved_runs_in_later_processes_and_not_on_another_machine(
    stocked, reversion, elsewhere
):
    stocked.strategies.save(reversion)
    consent._OWN.clear()
    run = stocked.backtests.run("Mean reversion", "AAPL")
    elsewhere()
    assert stocked.backtests.run("Mean reversion", "AAPL").id == run.id  # nothing is computed
    with pytest.raises(Untrusted) as caught:
        stocked.backtests.run("Mean reversion", "AAPL", fee_bps=5)
    assert "print(lab.strategies.get('Mean reversion', 1).definition.code())" in str(caught.value)
    assert "lab.strategies.trust()" in str(caught.value)
    with pytest.raises(Untrusted):
        stocked.backtests.verify(run)
    assert len(stocked.backtests.list()) == 1  # no row of what was not run
    assert stocked.backtests.verify(run, trust=True).ok
    consent._AGREED.clear()
    stocked.backtests.run("Mean reversion", "AAPL", fee_bps=5)
    assert rows(stocked) == ["code"]


def test_a_trusted_database_runs_all_of_its_strategies_and_no_other(
    stocked, reversion, elsewhere, bars
):
    stocked.strategies.save(reversion)
    elsewhere()
    stocked.strategies.trust()
    assert rows(stocked) == ["database"]
    assert stocked.strategies.check("Mean reversion", "AAPL").ok
    consent._AGREED.clear()
    assert stocked.backtests.run("Mean reversion", "AAPL").status == "completed"
    other = bz.code_strategy("Other")(written.all_kinds)
    consent._OWN.clear()
    with pytest.raises(Untrusted):
        signals(other, bars)
    stocked.strategies.distrust()
    with pytest.raises(Untrusted, match="version 1"):
        stocked.strategies.check("Mean reversion", "AAPL")
    with pytest.raises(Untrusted):
        stocked.backtests.run("Mean reversion", "AAPL", fee_bps=5)


@pytest.mark.parametrize("how", ["file", "text"])
def test_what_comes_into_a_trusted_database_from_outside_asks_for_itself(
    stocked, reversion, elsewhere, tmp_path, how
):
    stocked.strategies.save(reversion)
    path = stocked.strategies.export("Mean reversion", tmp_path / "given.json")
    elsewhere()
    stocked.strategies.trust()
    if how == "file":
        stocked.strategies.import_file(path, "Given")
    else:
        stocked.strategies.save(reversion.to_json(), name="Given")
    for _ in range(2):
        with pytest.raises(Untrusted, match="'Given' version 1"):
            stocked.backtests.run("Given", "AAPL")
        consent._AGREED.clear()  # another process
    stocked.backtests.run("Given", "AAPL", trust=True)
    consent._AGREED.clear()
    assert stocked.backtests.run("Given", "AAPL", fee_bps=5).status == "completed"


@pytest.mark.parametrize("agreed_first", [True, False])
def test_imported_code_that_is_distrusted_asks_again_in_a_trusted_database(
    stocked, reversion, elsewhere, bars, agreed_first
):
    elsewhere()
    stocked.strategies.trust()
    if agreed_first:
        signals(reversion, bars, trust=True)
        consent._AGREED.clear()
    stocked.strategies.save(reversion.to_json())
    stocked.strategies.trust("Mean reversion")
    assert stocked.backtests.run("Mean reversion", "AAPL").status == "completed"
    stocked.strategies.distrust("Mean reversion")
    for _ in range(2):
        with pytest.raises(Untrusted):
            stocked.backtests.run("Mean reversion", "AAPL", fee_bps=5)
        consent._AGREED.clear()  # another process


def test_code_given_as_text_is_noted_before_it_is_stored(
    stocked, reversion, elsewhere, monkeypatch
):
    elsewhere()
    stocked.strategies.trust()

    def die(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(consent, "saved", die)
    with pytest.raises(KeyboardInterrupt):
        stocked.strategies.save(reversion.to_json())
    assert stocked.strategies.list().empty


def test_a_trusted_database_is_asked_when_a_version_is_checked_at_a_copy(
    stocked, reversion, elsewhere
):
    stocked.strategies.save(reversion)
    elsewhere()
    assert "not written or agreed" in str(stocked.strategies.copy("Mean reversion", "One").honesty)
    stocked.strategies.trust()
    copied = stocked.strategies.copy("Mean reversion", "Two")
    assert "not written or agreed" not in str(copied.honesty)
    assert copied.honesty.ok


def test_a_version_is_agreed_to_alone_and_taken_back(stocked, reversion, elsewhere):
    stocked.strategies.save(reversion)
    second = bz.code_strategy("Mean reversion")(written.all_kinds)
    stocked.strategies.save(second)
    elsewhere()
    stocked.strategies.trust("Mean reversion", 1)
    found = stocked.strategies.trusted()
    assert found["name"].tolist() == ["Mean reversion"]
    assert found["sha256"].tolist() == [reversion.python.sha256]
    assert str(found["agreed_at"].dt.tz) == "UTC"
    stocked.backtests.run("Mean reversion", "AAPL", version=1)
    with pytest.raises(Untrusted, match="version 2"):
        stocked.backtests.run("Mean reversion", "AAPL")
    stocked.strategies.distrust("Mean reversion", 1)
    with pytest.raises(Untrusted, match="version 1"):
        stocked.backtests.run("Mean reversion", "AAPL", version=1, rerun=True)
    stocked.strategies.save(bz.strategy("Plain", enter=bz.strategies.close > 1))
    with pytest.raises(DefinitionError, match="holds no Python"):
        stocked.strategies.trust("Plain")


def test_changed_code_in_the_database_is_other_code(stocked, reversion):
    stocked.strategies.save(reversion)
    text = reversion.to_json()
    source = reversion.python.source.replace("2.5", "2.6")
    changed = {**reversion.document, "python": {**reversion.document["python"], "source": source}}
    tampered = json.dumps(changed)
    with pytest.raises(DefinitionError, match="Somebody changed it"):
        Definition.parse(tampered)
    changed["python"]["sha256"] = consent.digest(source)  # by somebody who knows better
    with stocked.strategies._database.write() as con:
        con.execute(
            "UPDATE strategy_versions SET definition_json = ? WHERE definition_json = ?",
            [json.dumps(changed), text],
        )
    with pytest.raises(Untrusted):
        stocked.backtests.run("Mean reversion", "AAPL")


def test_the_list_is_the_persons_alone_and_a_broken_one_says_where_it_is(
    stocked, reversion, bars, elsewhere
):
    elsewhere()
    signals(reversion, bars, trust=True)
    file = consent.path()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for broken in ("{", "[]", '{"code": 5}', '{"code": {"a": 1}}'):
        file.write_text(broken)
        consent._AGREED.clear()
        with pytest.raises(StorageError, match="cannot be read"):
            signals(reversion, bars)
        with pytest.raises(StorageError, match="Mend or remove it"):
            stocked.strategies.trust()
    assert file.read_text() == broken


def test_where_the_list_cannot_be_written_a_save_and_a_run_go_on(
    stocked, reversion, monkeypatch, tmp_path
):
    (tmp_path / "a_file").write_text("")
    monkeypatch.setenv(consent.TRUST, str(tmp_path / "a_file" / "trusted.json"))
    stocked.strategies.save(reversion)
    assert stocked.backtests.run("Mean reversion", "AAPL", trust=True).status == "completed"
    with pytest.raises(StorageError):
        stocked.strategies.trust()


def test_without_the_variable_the_list_is_in_the_persons_own_folder(monkeypatch):
    monkeypatch.delenv(consent.TRUST)
    assert consent.path().name == "trusted.json"
    assert "bitstockerz" in str(consent.path())
