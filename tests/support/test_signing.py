"""The key that signs code in the cache: made once, secret, and replaced where it is not."""

from __future__ import annotations

import stat

import pytest

from practice.support import platform, signing
from practice.support.signing import signed, signing_key

POSIX = pytest.mark.skipif(not platform.MODES_MATTER, reason="this system has no modes")


@pytest.fixture
def file(tmp_path, monkeypatch):
    """Where the key lies."""
    monkeypatch.setattr(
        signing.platformdirs, "user_state_dir", lambda name, **_: str(tmp_path / "state" / name)
    )
    return tmp_path / "state" / "practice-site" / "signing-key"


def test_the_key_is_made_once(file):
    key = signing_key()
    assert len(key) == 32
    assert signing_key() == key == file.read_bytes()
    assert [found.name for found in file.parent.iterdir()] == ["signing-key"]


@POSIX
def test_only_this_user_can_read_it(file):
    signing_key()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@POSIX
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602])
def test_a_key_that_others_could_know_or_change_is_replaced(file, mode):
    key = signing_key()
    file.chmod(mode)
    assert signing_key() != key
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"short", b"long" * 20])
def test_a_damaged_key_is_replaced(file, content):
    signing_key()
    file.write_bytes(content)
    assert len(signing_key()) == 32
    assert len(file.read_bytes()) == 32


@POSIX
def test_there_is_no_key_where_others_can_write(file):
    signing_key()
    file.parent.chmod(0o777)
    assert signing_key() is None


def test_there_is_no_key_where_none_can_be_kept(file):
    file.mkdir(parents=True)
    assert signing_key() is None


@pytest.mark.parametrize("home", ["", "somewhere/below"])
def test_there_is_no_key_without_a_home(home, monkeypatch):
    monkeypatch.setattr(signing.platformdirs, "user_state_dir", lambda _name, **_: home)
    assert signing_key() is None


def test_what_was_signed_is_loaded():
    codec = signed(b"k" * 32)
    assert codec.load(codec.dump(b"value")) == b"value"
    assert codec.load(codec.dump(b"")) == b""


@pytest.mark.parametrize("position", [0, 31, 32, 36])
def test_what_was_changed_is_not_loaded(position):
    raw = bytearray(signed(b"k" * 32).dump(b"value"))
    raw[position] ^= 1
    with pytest.raises(ValueError, match="signature"):
        signed(b"k" * 32).load(bytes(raw))


@pytest.mark.parametrize("raw", [b"", b"value", b"\0" * 32])
def test_what_was_not_signed_is_not_loaded(raw):
    with pytest.raises(ValueError, match="signature"):
        signed(b"k" * 32).load(raw)


def test_what_another_key_has_signed_is_not_loaded():
    with pytest.raises(ValueError, match="signature"):
        signed(b"k" * 32).load(signed(b"o" * 32).dump(b"value"))
