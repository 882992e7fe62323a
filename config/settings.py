"""What an installation changes: `BIHUAN_*` variables over an optional settings.toml, as one frozen value."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any

PREFIX = "BIHUAN_"
#: Variables that begin like ours and are not settings: where the file lies, and what tests and developers ask for.
FILE_VARIABLE = "BIHUAN_SETTINGS"
NOT_SETTINGS = ("BIHUAN_TEST_", "BIHUAN_SHARED_")
DEFAULT_FILE = Path("settings.toml")
LANGUAGES = ("zh", "en")
SMTP_SECURITY = ("starttls", "tls", "none")
TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
SCANNER = re.compile(r"/.+|[^/\s]+:\d{1,5}")
#: 32 bytes in base64.
PUBLIC_KEY = re.compile(r"[A-Za-z0-9+/]{43}=")
#: What seals identities: AES and SHA, or the Chinese commercial ciphers SM4 and SM3 (国密).
AES, GM = "aes", "gm"
#: What is asked of passwords: length alone (ASVS 5.0 6.2), or classes, ninety days and a lock (等保, GB/T 22239).
ASVS, DENGBAO = "asvs", "dengbao"
#: Who has to give a code besides the password: nobody has to, administrators and whoever may see identities, all staff.
OPTIONAL, ADMINISTRATORS, STAFF = "optional", "administrators", "staff"
#: Bits; one more doubles the work, and this keeps an old phone computing for half a minute.
MOST_WORK = 22
#: Seconds; a message that is under way belongs to its sender for some minutes only.
LONGEST_PATIENCE = 120
TRUE, FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off", "")


class SettingsError(ValueError):
    """Says in one sentence per language which setting is wrong."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh, self.en = zh, en


@dataclass(frozen=True)
class Settings:
    """The settings of an installation.

    `files` is the folder where attachments lie. `secure_cookies` belongs to an installation that is
    reached by HTTPS only. `proxies` are the addresses or networks, such as `127.0.0.1, 10.0.0.0/8`, whose
    `X-Forwarded-For`, `-Proto` and `-Host` are believed; nobody else's are. `password_memory`, `_passes` and `_lanes`
    are the cost of Argon2id. How many cases and messages there are `/metrics` tells only to who asks from the addresses
    or networks `metrics_from`.

    `key`, or else the file `key_file`, holds the key that seals identities; `crypto_profile` is `aes` or `gm`.
    `password_profile` is `asvs` or `dengbao`: what is asked of a password, and what happens after wrong ones;
    none is taken that stands in the file `leaked_passwords`. Whom a second step is forced on says `second_factor`:
    nobody (`optional`), `administrators`, or `staff`.
    With `vault_officer`, a public key, the server seals identities that only that officer opens. So many cases may be
    raised without an account from one network within an hour as `submissions_an_hour` says (with `submission_work`, the
    bits of a proof of work, only where the browser has computed for a moment), and so many files be sent
    by one person as `uploads_an_hour` says. With `virus_scanner`, `host:port` or the path of a socket, clamd looks at
    every file before it is kept.

    The daily head of the chain goes to the file `heads_file`, which should lie on another machine, by mail to
    `heads_mail`, and to the address `heads_webhook`, signed with `heads_secret` (`whsec_…`). Who raised a case is
    forgotten so many days after it was closed as `keep_identity_days` says, or `keep_rejected_days` where it was never
    taken up; its receipt opens it for `keep_receipt_days`. Nothing is forgotten by itself where that is 0.

    `public_url` is where readers of messages find the application. Without `smtp_host` no mail is sent, without
    `sms_url` no short message; docs/news.md says how each is set up. `patience` is how many seconds a message may take
    in all. Times of day are `HH:MM` on the wall clock of a person's unit.
    """

    database: str = "sqlite:///bihuan.db"
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    proxies: str = ""
    metrics_from: str = "127.0.0.1, ::1"
    files: Path = Path("files")
    language: str = "zh"
    secure_cookies: bool = False
    workflow: str = "proposal"
    password_memory: int = 19_456
    password_passes: int = 2
    password_lanes: int = 1
    password_profile: str = ASVS
    leaked_passwords: str = ""
    second_factor: str = OPTIONAL
    key: str = field(default="", repr=False)
    key_file: str = ""
    crypto_profile: str = AES
    vault_officer: str = ""
    submissions_an_hour: int = 30
    submission_work: int = 0
    uploads_an_hour: int = 60
    virus_scanner: str = ""
    heads_file: str = ""
    heads_mail: str = ""
    heads_webhook: str = field(default="", repr=False)
    heads_secret: str = field(default="", repr=False)
    keep_identity_days: int = 1_095
    keep_rejected_days: int = 90
    keep_receipt_days: int = 365
    public_url: str = "http://127.0.0.1:8000"
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    smtp_login: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_from: str = ""
    sms_url: str = field(default="", repr=False)
    sms_header: str = field(default="", repr=False)
    sms_body: str = '{"phone": "$phone", "text": "$text"}'
    sms_success: str = ""
    private_addresses: bool = False
    patience: int = 20
    digest_at: str = "08:30"
    quiet_from: str = "21:00"
    quiet_until: str = "08:00"
    urgent_ignores_quiet: bool = False

    def __post_init__(self) -> None:
        for name in ("digest_at", "quiet_from", "quiet_until"):
            if not TIME.fullmatch(getattr(self, name)):
                raise SettingsError(f"{name} 应写作 HH:MM，如 08:30。", f"{name} is a time of day such as 08:30.")
        for name in ("proxies", "metrics_from"):
            try:
                networks(getattr(self, name))
            except ValueError:
                raise SettingsError(
                    f"{name} 应为以逗号分隔的地址或网段，如 127.0.0.1, 10.0.0.0/8。",
                    f"{name} are addresses or networks with commas between them, such as 127.0.0.1, 10.0.0.0/8.",
                ) from None
        if self.smtp_security not in SMTP_SECURITY:
            raise SettingsError(
                "smtp_security 只能是 starttls、tls 或 none。", "smtp_security is starttls, tls or none."
            )
        if self.crypto_profile not in (AES, GM):
            raise SettingsError("crypto_profile 只能是 aes 或 gm。", "crypto_profile is aes or gm.")
        if self.password_profile not in (ASVS, DENGBAO):
            raise SettingsError("password_profile 只能是 asvs 或 dengbao。", "password_profile is asvs or dengbao.")
        if self.second_factor not in (OPTIONAL, ADMINISTRATORS, STAFF):
            raise SettingsError(
                "second_factor 只能是 optional、administrators 或 staff。",
                "second_factor is optional, administrators or staff.",
            )
        if not self.smtp_from.isprintable():
            raise SettingsError(
                "smtp_from 含有换行等控制字符。", "smtp_from holds a line break or another control character."
            )
        if self.smtp_host and not self.smtp_from:
            raise SettingsError("设置了 smtp_host 就须填写 smtp_from。", "smtp_host needs smtp_from as well.")
        if self.vault_officer and not PUBLIC_KEY.fullmatch(self.vault_officer):
            raise SettingsError(
                "vault_officer 应为 bihuan key officer 打印的公钥。",
                "vault_officer is the public key that `bihuan key officer` prints.",
            )
        if not 0 <= self.submission_work <= MOST_WORK:
            raise SettingsError(
                f"submission_work 应为 0 至 {MOST_WORK}，如 18。",
                f"submission_work is 0 to {MOST_WORK} bits, such as 18.",
            )
        if self.virus_scanner and not SCANNER.fullmatch(self.virus_scanner):
            raise SettingsError(
                "virus_scanner 应写作 host:port，或以 / 开头的套接字路径。",
                "virus_scanner is host:port, or the path of a socket that begins with /.",
            )
        if self.heads_mail and not self.smtp_host:
            raise SettingsError("设置了 heads_mail 就须填写 smtp_host。", "heads_mail needs smtp_host as well.")
        if bool(self.heads_webhook) != bool(self.heads_secret):
            raise SettingsError(
                "heads_webhook 和 heads_secret 须一并设置。", "heads_webhook and heads_secret are set together."
            )
        if not 1 <= self.patience <= LONGEST_PATIENCE:
            raise SettingsError(
                f"patience 应为 1 至 {LONGEST_PATIENCE} 秒。", f"patience is 1 to {LONGEST_PATIENCE} seconds."
            )
        if not self.public_url.startswith(("http://", "https://")):
            raise SettingsError(
                "public_url 应以 http:// 或 https:// 开头。", "public_url begins with http:// or https://."
            )

        object.__setattr__(self, "public_url", self.public_url.rstrip("/"))  # so that every address made of it is one

    def as_environment(self) -> dict[str, str]:
        """Return the variables that make another process read the same settings.

        Where these name no key, that process finds the one that this one has found.
        """
        values = {name: str(value) for name, value in asdict(self).items()}
        return {PREFIX + name.upper(): value for name, value in values.items() if value or not name.startswith("key")}


def networks(words: str) -> list[IPv4Network | IPv6Network]:
    """Return the addresses and networks that a setting lists. Raises ValueError."""
    return [ip_network(word.strip()) for word in words.split(",") if word.strip()]


def load(environ: Mapping[str, str], file: Path | None = None) -> Settings:
    """Return the settings of an environment and a file. Raises SettingsError for anything unknown or unreadable."""
    path = file or (Path(environ[FILE_VARIABLE]) if environ.get(FILE_VARIABLE) else None)
    values = {key: (value, f"{key} in {path or DEFAULT_FILE}") for key, value in _from_file(path).items()}
    for variable, value in environ.items():
        if variable.startswith(PREFIX) and variable != FILE_VARIABLE and not variable.startswith(NOT_SETTINGS):
            values[variable.removeprefix(PREFIX).lower()] = (value, variable)
    known = {field.name: field.default for field in fields(Settings)}
    for key, (_, where) in values.items():
        if key not in known:
            raise SettingsError(
                f"没有名为 {where} 的设置，已知的有：{'、'.join(known)}。",
                f"There is no setting {where}; known are {', '.join(known)}.",
            )
    return Settings(**{key: _typed(value, known[key], where) for key, (value, where) in values.items()})


def _from_file(path: Path | None) -> dict[str, Any]:
    chosen = path or DEFAULT_FILE
    if path is None and not chosen.is_file():
        return {}
    try:
        return tomllib.loads(chosen.read_text(encoding="utf-8-sig"))
    except OSError:
        raise SettingsError(f"无法读取设置文件 {chosen}。", f"The settings file {chosen} cannot be read.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"设置文件 {chosen} 不是有效的 TOML：{error}", f"The settings file {chosen} is not valid TOML: {error}"
        ) from None


def _typed(value: Any, default: Any, where: str) -> Any:
    """Return a value as the type of its default."""
    if isinstance(default, bool):
        word = str(value).strip().lower()
        if word not in (*TRUE, *FALSE):
            raise SettingsError(f"{where} 应为 true 或 false。", f"{where} is true or false.")
        return word in TRUE
    if isinstance(default, int):
        word = str(value).strip()
        if isinstance(value, bool) or not (word.isascii() and word.isdigit()) or not 0 <= int(word) <= 2**31:
            raise SettingsError(f"{where} 应为整数。", f"{where} is a whole number.")
        return int(word)
    if not isinstance(value, str) or not (value.strip() or default == ""):
        raise SettingsError(f"{where} 应为文字。", f"{where} is a text.")
    if default in LANGUAGES and value not in LANGUAGES:
        raise SettingsError(f"{where} 只能是 zh 或 en。", f"{where} is zh or en.")
    return type(default)(value)
