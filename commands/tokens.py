"""`bihuan token`: programs that act for people; a token is shown once, and its event names the person alone."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import typer
from sqlmodel import col, select

from cases.access import LONGEST_TOKEN, TOKEN_LASTS, make_token
from cases.errors import BadRequest, NotFound
from cases.personnel import find_person, note
from cases.record.database import reading, transaction
from cases.record.people import Token, User
from commands.options import At, Database, Format, Printed, connect, moment, print_rows, say

#: Signs of a digest that tell tokens apart and are of no use to anybody.
MARK = 12
COLUMNS = ("mark", "login", "scope", "created_at", "expires_at", "revoked_at")

tokens = typer.Typer(name="token", help="API 令牌。\n\nAPI tokens.", no_args_is_help=True)


class Scope(StrEnum):
    """What a program may do with a token."""

    READ = "read"
    WRITE = "write"


@tokens.command()
def create(
    login: Annotated[str, typer.Option("--as", metavar="LOGIN", help="Whom the program acts as.")],
    scope: Annotated[Scope, typer.Option(help="read or write.")],
    days: Annotated[int, typer.Option(min=1, max=LONGEST_TOKEN.days, help="Valid so long.")] = TOKEN_LASTS.days,
    database: Database = "",
    at: At = None,
) -> None:
    """生成 API 令牌，只显示一次。

    Make an API token and print it, once.
    """
    now = moment(at)
    expires = now + timedelta(days=days)
    with transaction(connect(database)) as db:
        user = find_person(db, login)
        if not user.is_active:
            raise BadRequest(f"{login} 已停用，不能签发令牌。", f"{login} is disabled and gets no token.")
        token = make_token(db, user, scope.value, now, expires)
        note(db, "create_token", user, now, {"scope": scope.value, "expires_at": expires})
    say("令牌只显示这一次，请妥善保存。", "This token is shown only once.")
    print(token)


@tokens.command("list")
def show(form: Printed = Format.TABLE, database: Database = "") -> None:
    """列出令牌：属于谁、范围、何时到期；令牌本身不保存。

    List the tokens: whose, for what, until when; the tokens themselves are kept nowhere.
    """
    with reading(connect(database)) as db:
        rows = db.exec(select(Token, User.login).join(User, col(User.id) == Token.user_id)).all()
        kept = [
            (row.digest[:MARK], login, row.scope, row.created_at, row.expires_at, row.revoked_at) for row, login in rows
        ]
    print_rows(sorted(kept, key=lambda one: (one[3], one[0])), COLUMNS, form)


@tokens.command()
def revoke(
    mark: Annotated[str, typer.Argument(metavar="MARK", help="As token list prints it.")],
    database: Database = "",
    at: At = None,
) -> None:
    """吊销令牌，立即失效。

    Revoke a token; it ends at once.
    """
    now = moment(at)
    with transaction(connect(database)) as db:
        is_marked = len(mark) >= MARK and mark.isalnum()
        row = db.exec(select(Token).where(col(Token.digest).startswith(mark))).first() if is_marked else None
        if row is None:
            raise NotFound("没有这个令牌。", "There is no such token.")
        if row.revoked_at is None:
            row.revoked_at = now
            db.flush()
            note(db, "revoke_token", db.get_one(User, row.user_id), now, {"scope": row.scope})
    say("令牌已吊销。", "The token is revoked.")
