"""Every command, and in whose name it reads or acts: one row each, and none without a row.

A command runs under an account of the machine that holds the database and, for what is sealed, the key. Whoever has
that account is answerable for the installation; the policy of cases binds what is done in the name of a person.

`WORDS` says in whose name a command speaks. What leaves as a file stands in a table of its own besides. The rows of
routes are in `web.doors`; docs/policy.md shows all of it.
"""

from __future__ import annotations

from collections.abc import Mapping

PERSON, READER, HOST, NOTHING = "person", "reader", "host", "nothing"

#: In whose name a command with this word speaks, in Chinese and in English.
WORDS: Mapping[str, tuple[str, str]] = {
    PERSON: ("以 --as 所指的人办理，与其登录后所能办的相同", "acts as the person that --as names, as far as they may"),
    READER: (
        "有 --as 时，只显示其人可看的内容；没有时，同 host",
        "shows what the person that --as names may read; without it as `host`",
    ),
    HOST: ("持有数据库所在主机账号的人", "whoever has the account of the machine that holds the database"),
    NOTHING: ("不涉及案件", "touches no case"),
}

COMMANDS: Mapping[str, str] = {
    "submit": PERSON,
    "act": PERSON,
    "show": READER,
    "search": PERSON,
    "explain": HOST,
    "overdue": HOST,
    "rates": HOST,
    "figures": HOST,
    "questions": HOST,
    "similar": HOST,
    "audit": READER,
    "verify": HOST,
    "head": HOST,
    "doctor": HOST,
    "sweep": HOST,
    "due": NOTHING,
    "init": HOST,
    "serve": HOST,
    "demo": HOST,
    "backup": HOST,
    "restore": HOST,
    "import units": HOST,
    "import users": HOST,
    "import cases": HOST,
    "export cases": HOST,
    "export events": HOST,
    "export dossier": HOST,
    "workflow check": NOTHING,
    "workflow show": NOTHING,
    "workflow publish": HOST,
    "workflow migrate": HOST,
    "calendar list": HOST,
    "calendar show": HOST,
    "calendar import": PERSON,
    "calendar add": PERSON,
    "user add": HOST,
    "user list": HOST,
    "user disable": HOST,
    "user duty": HOST,
    "user deputy": HOST,
    "user handover": HOST,
    "user password": HOST,
    "user sign-out": HOST,
    "user second-factor": PERSON,
    "token create": HOST,
    "token list": HOST,
    "token revoke": HOST,
    "news parked": HOST,
    "news resend": HOST,
    "news dismiss": HOST,
    "news untellable": HOST,
    "news tell": HOST,
    "news outlets": HOST,
    "news open": HOST,
    "news confirm": PERSON,
    "news end": HOST,
    "news try": HOST,
    "key show": HOST,
    "key rotate": HOST,
    "key officer": NOTHING,
}
#: By which something leaves the system.
EXPORTS: Mapping[str, str] = {
    "export cases": HOST,
    "export events": HOST,
    "export dossier": HOST,
    "backup": HOST,
    "head": HOST,
    "import cases": HOST,  # the rows that it refused
    "key officer": NOTHING,
}
