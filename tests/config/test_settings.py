"""Settings come from the environment over a file, and nothing unknown passes."""

from pathlib import Path

import pytest

from config.settings import Settings, SettingsError, load


def test_without_anything_it_is_a_demonstration_on_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load({}) == Settings()
    assert load({"PATH": "/bin", "BIHUAN_TEST_REQUIRE": "postgres", "BIHUAN_SHARED_DATA": "/x"}) == Settings()


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "settings.toml").write_text(
        'port = 9000\nlanguage = "en"\nsecure_cookies = true\nfiles = "附件"\n', "utf-8"
    )
    assert load({"BIHUAN_PORT": "9100"}) == Settings(port=9100, language="en", secure_cookies=True, files=Path("附件"))
    other = tmp_path / "other.toml"
    other.write_text('database = "postgresql://x/y"\n', "utf-8")
    assert load({"BIHUAN_SETTINGS": str(other)}).database == "postgresql://x/y"
    assert load({}, other).database == "postgresql://x/y"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("BIHUAN_DATABSE", "sqlite:///x"),
        ("BIHUAN_", "x"),
        ("BIHUAN_PORT", "eighty"),
        ("BIHUAN_PORT", "-1"),
        ("BIHUAN_PORT", "8²"),
        ("BIHUAN_SECURE_COOKIES", "maybe"),
        ("BIHUAN_LANGUAGE", "fr"),
        ("BIHUAN_DATABASE", " "),
        ("BIHUAN_PATIENCE", "soon"),
    ],
)
def test_a_setting_that_is_wrong_is_named_in_both_languages(variable: str, value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load({variable: value})
    assert variable in refused.value.zh
    assert variable in refused.value.en


@pytest.mark.parametrize("text", ["colour = 1", "port = true", "port = 1.5", "host = 7", "port = ", "[host]\na = 1"])
def test_a_file_that_is_wrong_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(SettingsError) as refused:
        load({}, path)
    assert "settings.toml" in refused.value.en


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        load({"BIHUAN_SETTINGS": str(tmp_path / "none.toml")})


def test_another_process_reads_the_same_settings() -> None:
    settings = Settings(database="postgresql://x/y", port=9000, secure_cookies=True, files=Path("a b"))
    assert load(settings.as_environment()) == settings


@pytest.mark.parametrize(
    "wrong",
    [
        {"digest_at": "8:30"}, {"quiet_from": "24:00"}, {"quiet_until": ""}, {"smtp_security": "ssl"},
        {"smtp_host": "mail.example"}, {"patience": 0}, {"patience": 121}, {"public_url": "news.example"},
    ],
)  # fmt: skip
def test_settings_of_the_news_that_cannot_be_are_named_in_both_languages(wrong: dict[str, object]) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings(**wrong)  # type: ignore[arg-type]  # one wrong value each
    assert next(iter(wrong)) in refused.value.zh
    assert next(iter(wrong)) in refused.value.en


def test_no_secret_of_a_setting_is_shown() -> None:
    settings = Settings(smtp_password="geheim", sms_url="https://x.example/?key=geheim", sms_header="Key: geheim")
    assert "geheim" not in repr(settings)
    assert load(settings.as_environment()) == settings


def test_the_public_address_ends_with_no_slash() -> None:
    assert Settings(public_url="https://news.example/bihuan/").public_url == "https://news.example/bihuan"
