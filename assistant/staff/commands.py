"""accounts and clients on the command line: what each prints."""

import argparse
import sys
from collections.abc import Callable
from contextlib import closing
from getpass import getpass

from pydantic import SecretStr

from assistant.staff.accounts import ROLES, accounts, add_account, change_account
from assistant.staff.clients import add_client, clients, revoke_client
from assistant.turn_log import TurnLog
from index.settings import Settings
from prompts import say, words

BY = "command-line"  # as the audit log names who has the machine itself


def add_staff_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    """accounts and clients: `add` makes a command."""
    people = add("accounts", help="坐席台的账号：列出、添加、更改")
    people.add_argument("do", choices=("list", "add", "change"))
    people.add_argument("name", nargs="?", default="", help="用户名")
    people.add_argument("--role", choices=ROLES, help="坐席、班长、管理员")
    people.add_argument("--password", action="store_true", help="重设密码")
    people.add_argument("--off", action="store_true", help="停用，立即退出登录")
    people.add_argument("--on", action="store_true", help="恢复")
    programs = add("clients", help="调用接口的程序和它们的密钥：列出、添加、停用")
    programs.add_argument("do", choices=("list", "add", "revoke"))
    programs.add_argument("name", nargs="?", default="", help="程序的名字")


def run_accounts(options: argparse.Namespace, settings: Settings) -> str:
    """What `accounts` prints; raises StaffError or TurnLogError."""
    with closing(TurnLog.of(settings)) as log:
        match options.do:
            case "add":
                return _add_account(log, options.name, options.role or ROLES[0])
            case "change":
                return _change_account(log, options)
            case _:
                lines = [
                    say(
                        "staff.cli.account",
                        name=one.name,
                        role=words("staff.roles")[one.role],
                        state=words("staff.active")[one.active],
                    )
                    for one in accounts(log)
                ]
    return "\n".join(lines) or say("staff.cli.no_accounts")


def run_clients(options: argparse.Namespace, settings: Settings) -> str:
    """What `clients` prints; raises StaffError or TurnLogError."""
    with closing(TurnLog.of(settings)) as log:
        match options.do:
            case "add":
                key = add_client(log, options.name, BY)
                return say("staff.cli.key", name=options.name, key=key)
            case "revoke":
                revoke_client(log, options.name, BY)
                return say("staff.cli.revoked", name=options.name)
            case _:
                state = words("staff.active")
                lines = [
                    say("staff.cli.client", name=one.name, state=state[one.active])
                    for one in clients(log)
                ]
    return "\n".join(lines) or say("staff.cli.no_clients")


def _add_account(log: TurnLog, name: str, role: str) -> str:
    add_account(log, name, role, _password(), BY)
    return say("staff.cli.added", name=name, role=words("staff.roles")[role])


def _change_account(log: TurnLog, options: argparse.Namespace) -> str:
    active = False if options.off else (True if options.on else None)
    password = _password() if options.password else None
    change_account(
        log,
        options.name,
        BY,
        role=options.role,
        active=active,
        password=password,
    )
    return say("staff.cli.changed", name=options.name)


def _password() -> SecretStr:
    """A password typed twice without being shown, or one line of standard input."""
    if not sys.stdin.isatty():
        return SecretStr(sys.stdin.readline().rstrip("\n"))
    return SecretStr(getpass(say("staff.cli.password")))
