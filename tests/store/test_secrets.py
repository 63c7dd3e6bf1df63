from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from classbridge.settings import Settings
from classbridge.store.secrets import KEY_FILE, Sealer, SealError, sealer

ROW = ("north", "connection", "credential")
SECRET = {"client_id": "id", "client_secret": "s3cr3t-value"}


def test_a_sealed_value_opens_in_its_own_row_only(sealer: Sealer) -> None:
    sealed = sealer.seal("credential", ROW, SECRET)
    assert sealer.open("credential", ROW, sealed) == SECRET
    for kind, row in (("classroom", ROW), ("credential", ("south", *ROW[1:])), ("credential", ROW[:2])):
        with pytest.raises(SealError, match="another row") as raised:
            sealer.open(kind, row, sealed)
        assert "s3cr3t" not in str(raised.value)


def test_a_sealed_value_shows_nothing(sealer: Sealer) -> None:
    sealed = sealer.seal("credential", ROW, SECRET)
    assert "s3cr3t" not in sealed
    assert sealed != sealer.seal("credential", ROW, SECRET)


def test_older_keys_open_and_rotation_moves_to_the_newest() -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    sealed = Sealer([old]).seal("credential", ROW, SECRET)
    rotated = Sealer([new, old]).rotate(sealed)
    assert Sealer([new]).open("credential", ROW, rotated) == SECRET
    with pytest.raises(SealError, match="no longer has"):
        Sealer([new]).open("credential", ROW, sealed)


def test_what_is_no_key_is_refused_without_showing_it() -> None:
    with pytest.raises(SealError) as raised:
        Sealer(["my-password"])
    assert "my-password" not in str(raised.value)


def test_the_settings_keys_come_before_the_file(tmp_path: Path) -> None:
    key = Fernet.generate_key().decode()
    sealed = sealer(Settings(data_dir=tmp_path, secret_keys=(key,))).seal("credential", ROW, SECRET)
    assert Sealer([key]).open("credential", ROW, sealed) == SECRET
    assert list(tmp_path.iterdir()) == []


def test_the_key_file_is_made_once_by_many_first_starts(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    with ThreadPoolExecutor(8) as pool:
        sealers = list(pool.map(sealer, [settings] * 8))
    sealed = sealers[0].seal("credential", ROW, SECRET)
    assert all(one.open("credential", ROW, sealed) == SECRET for one in sealers)
    assert [path.name for path in settings.data_dir.iterdir()] == [KEY_FILE]
    assert (settings.data_dir / KEY_FILE).stat().st_mode & 0o777 == 0o600
