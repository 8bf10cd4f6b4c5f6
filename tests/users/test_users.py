"""Who is at work."""

from bitstockerz_lab import users


def test_the_user_is_made_once_and_found_again(database):
    first = users.current(database)
    assert first.email == "tester@local"
    assert users.current(database) == first


def test_without_a_name_the_login_counts(database, monkeypatch):
    monkeypatch.delenv("BITSTOCKERZ_USER")
    monkeypatch.setenv("LOGNAME", "ada")
    assert users.current(database).email == "ada@local"


def test_two_names_are_two_users(database, monkeypatch):
    first = users.current(database)
    monkeypatch.setenv("BITSTOCKERZ_USER", "bob@local")
    assert users.current(database).id != first.id
