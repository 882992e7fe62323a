"""`bihuan user`: who may sign in, and what they may be.

An event can never be erased, so it names people by their id and holds neither their names nor any secret.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from cases import administering, passwords, second_factor
from cases.access import Cost, end_all_sign_ins, end_sign_ins, hash_password, is_storable
from cases.duties import end as end_duty
from cases.duties import give
from cases.errors import BadRequest
from cases.leaving import disable as leave
from cases.open_work import desks_of
from cases.personnel import find_person, find_two, note
from cases.policy import duties_of
from cases.record.database import reading, transaction
from cases.record.people import Duty, Unit, User, in_force
from commands.keeping import settings
from commands.options import At, Database, Format, Printed, connect, moment, print_rows, say
from commands.standing_in import deputy, handover, warn

SECURITY = "security_admin"

users = typer.Typer(
    name="user", help="人员及其职务和密码。\n\nPeople, their duties and passwords.", no_args_is_help=True
)

users.command()(deputy)
users.command()(handover)

Login = Annotated[str, typer.Argument(metavar="LOGIN")]
Once = Annotated[bool, typer.Option("--once", help="Make a password for one sign-in and print it.")]


@users.command()
def add(
    login: Login,
    name: Annotated[str, typer.Option(help="What the person is called.")],
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from stdin.")] = False,
    email: Annotated[str | None, typer.Option(help="接收消息的邮箱。 / Where news may be sent.")] = None,
    phone: Annotated[str | None, typer.Option(help="接收短信的手机号。 / Where short messages may be sent.")] = None,
    is_made: Once = False,
    duties: Annotated[list[str] | None, typer.Option("--duty", metavar="ROLE@UNIT", help="May be repeated.")] = None,
    database: Database = "",
    at: At = None,
) -> None:
    """添加人员；没有密码就不能登录。

    Add a person; without a password nobody can sign in as them.
    """
    now = moment(at)
    login, name = _line("login", login, 64), _line("name", name, 100)
    if " " in login:
        raise _wrong("登录名不能有空格", "a login has no spaces")
    email = _line("email", email, 200) if email else None
    phone = _line("phone", phone, 32) if phone else None
    if email and not 0 < email.find("@") < len(email) - 1:
        raise _wrong(f"「{email}」不是邮箱地址", f"{email} is no e-mail address")
    db_engine = connect(database)
    password, made = None, passwords.made() if is_made else None
    if password_stdin and made:
        raise BadRequest("--once 与 --password-stdin 不能同时使用。", "--once and --password-stdin cannot go together.")
    if password_stdin:
        word = _password(is_asked=False)
        with reading(db_engine) as db:
            near = (login, name, *filter(None, (email, phone)))
            passwords.check(db, None, word, settings().password_profile, near, settings().leaked_passwords)
        password = _hashed(word)
    elif made:
        password = _hashed(made)
    with transaction(db_engine) as db:
        if db.exec(select(User.id).where(User.login == login)).first() is not None:
            raise _taken(login)
        user = User(login=login, name=name, email=email, phone=phone, password_hash=password, created_at=now)
        user.password_until = now + passwords.FIRST_LASTS if made else None
        db.add(user)
        try:
            db.flush()
        except IntegrityError:
            raise _taken(login) from None  # by somebody else in this very moment
        # Such a duty is as old as the person, so that history written with --at finds them at their desk.
        given = [give(db, user, word, at=now, since=None) for word in dict.fromkeys(duties or [])]
        note(db, "add_user", user, now, {"duties": given, "has_password": password is not None})
    say(f"已添加 {login}。", f"{login} is added.")
    _shown(made)


@users.command(name="list")
def list_(
    role: Annotated[str | None, typer.Option("--role", help="Only those with this duty, such as reviewer.")] = None,
    database: Database = "",
    at: At = None,
    form: Printed = Format.TABLE,
) -> None:
    """列出人员：登录名、姓名、现有职务、是否在用。

    List people: login, name, the duties they have, whether they may sign in.
    """
    now = moment(at)
    with reading(connect(database)) as db:
        held = select(Duty.user_id, Duty.role, Unit.code).join(Unit, col(Unit.id) == Duty.unit_id)
        duties: dict[int, list[str]] = {}
        for user_id, duty_role, code in db.exec(held.where(in_force(now)).order_by(col(Duty.id))):
            duties.setdefault(user_id, []).append(f"{duty_role}@{code}")
        people = db.exec(select(User).order_by(User.login)).all()
        rows = [(one.login, one.name, " ".join(duties.get(one.id or 0, ())), one.is_active) for one in people]
    shown = [row for row in rows if role is None or any(word.startswith(f"{role}@") for word in row[2].split())]
    print_rows(shown, ("login", "name", "duties", "active"), form)


@users.command()
def disable(login: Login, database: Database = "", at: At = None) -> None:
    """停用人员：其登录和令牌立即失效，历史保留；无人接手的岗位逐一提示。

    Let nobody sign in as a person any more; their browsers and tokens stop at once, their history stays. Desks that
    they leave empty are named.
    """
    now = moment(at)
    with transaction(connect(database)) as db:
        user = find_person(db, login)
        if not user.is_active:
            say(f"{login} 早已停用。", f"{login} was disabled before.")
            return
        desks = desks_of(db, user, now)
        leave(db, user, now)
        note(db, "disable_user", user, now, {})
    say(f"{login} 已停用。", f"{login} is disabled.")
    warn(login, desks)


@users.command()
def duty(
    login: Login,
    word: Annotated[str, typer.Argument(metavar="ROLE@UNIT", help="Such as reviewer@330482.")],
    until: Annotated[str | None, typer.Option("--until", metavar="MOMENT", help="The duty ends then.")] = None,
    is_removed: Annotated[bool, typer.Option("--remove", help="End the duty now.")] = False,
    database: Database = "",
    at: At = None,
) -> None:
    """授予人员在某单位的职务，写明何时结束，或使其结束。

    Give a person a duty at a unit, tell when it ends, or end it.
    """
    now = moment(at)
    end = moment(until) if until else None
    if is_removed and end:
        raise BadRequest("--until 与 --remove 不能同时使用。", "--until and --remove cannot go together.")
    if end and end <= now:
        raise BadRequest("--until 应晚于现在。", "--until is a moment yet to come.")
    with transaction(connect(database)) as db:
        user = find_person(db, login)
        changed = end_duty(db, user, word, at=now) if is_removed else give(db, user, word, at=now, since=now, until=end)
        note(db, "change_duty", user, now, changed)
    say(f"{login} 的职责已更新。", f"The duties of {login} are changed.")


@users.command()
def password(login: Login, is_made: Once = False, database: Database = "", at: At = None) -> None:
    """设置人员的密码（不回显输入或从标准输入读取），或生成一次性密码，并使其退出登录。

    Set a person's password, asked for unseen or read from stdin, or make one; their browsers are signed out.
    """
    now = moment(at)
    db_engine = connect(database)
    with reading(db_engine) as db:
        find_person(db, login)  # before anybody types a password for nobody
    if is_made:
        made = passwords.made()
        hashed = _hashed(made)
        with transaction(db_engine) as db:
            passwords.keep(db, find_person(db, login), hashed, now, until=now + passwords.FIRST_LASTS)
        return _shown(made)
    word, profile = _password(is_asked=sys.stdin.isatty()), settings().password_profile
    with reading(db_engine) as db:
        user = find_person(db, login)
        passwords.check(db, user, word, profile, leaked=settings().leaked_passwords)
        former = passwords.former(db, user, profile)
    passwords.refuse_again(word, former, _cost())
    hashed = _hashed(word)
    with transaction(db_engine) as db:
        passwords.keep(db, find_person(db, login), hashed, now)
    say(f"{login} 的密码已更新。", f"The password of {login} is set.")


@users.command("sign-out")
def sign_out(
    login: Annotated[str | None, typer.Argument(metavar="LOGIN")] = None,
    is_everybody: Annotated[bool, typer.Option("--everybody", help="All, receipts too.")] = False,
    database: Database = "",
    at: At = None,
) -> None:
    """使某人或所有人立即退出登录，须重新登录；令牌不受影响。

    Sign a person out everywhere at once, or everybody; they sign in anew. Tokens of programs go on.
    """
    if (login is None) is not is_everybody:
        raise BadRequest("请写一个登录名，或用 --everybody。", "Name one login, or say --everybody.")
    now = moment(at)
    with transaction(connect(database)) as db:
        if login is None:
            end_all_sign_ins(db)
            administering.note(db, "end_all_sign_ins", now, {})
        else:
            user = find_person(db, login)
            end_sign_ins(db, user.id or 0)
            note(db, "end_sign_ins", user, now, {})
    say("已退出登录。", "Signed out.")


@users.command("second-factor")
def second_factor_of(
    login: Login,
    by: Annotated[str, typer.Option("--as", metavar="LOGIN", help="The security administrator who answers for it.")],
    database: Database = "",
    at: At = None,
) -> None:
    """停用人员丢失的两步验证；由安全管理员负责，记入审计链。

    Remove the second step of somebody who has lost it; a security administrator answers for it in the chain.
    """
    now = moment(at)
    with transaction(connect(database)) as db:
        user, officer = find_two(db, login, by)
        if not any(duty.role == SECURITY for duty in duties_of(db, officer, now)):
            raise BadRequest(f"{by} 不是安全管理员。", f"{by} is no security administrator.")
        second_factor.remove(db, user, now, by=officer, role=SECURITY)
    say(f"{login} 的两步验证已停用。", f"The second step of {login} is removed.")


def _shown(made: str | None) -> None:
    """Print a first password, once."""
    if made:
        days = passwords.FIRST_LASTS.days
        say(
            f"一次性密码只显示这一次，{days} 天内有效；本人首次登录时须更换。",
            f"The password is shown only once and holds {days} days; whoever signs in with it chooses their own.",
        )
        print(made)


def _hashed(word: str) -> str:
    return hash_password(word, _cost())


def _cost() -> Cost:
    chosen = settings()
    return Cost(chosen.password_memory, chosen.password_passes, chosen.password_lanes)


def _password(*, is_asked: bool) -> str:
    """Return a password: typed twice on a terminal, or one line of stdin."""
    if is_asked:
        word = str(typer.prompt("密码 password", hide_input=True, confirmation_prompt=True))
    else:
        word = sys.stdin.readline().removesuffix("\n").removesuffix("\r")
    return word


def _line(field: str, word: str, longest: int) -> str:
    word = word.strip()
    if not 0 < len(word) <= longest or not word.isprintable() or not is_storable(word):
        raise _wrong(f"{field} 须为 1 至 {longest} 个可见字符", f"{field} has 1 to {longest} printable characters")
    return word


def _taken(login: str) -> BadRequest:
    return _wrong(f"登录名 {login} 已有人使用", f"the login {login} is taken")


def _wrong(zh: str, en: str) -> BadRequest:
    return BadRequest(f"{zh}。", f"{en}.")
