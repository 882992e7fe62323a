"""What is done to the installation, in words: one line for each action that the audit of administration lists."""

from __future__ import annotations

from collections.abc import Mapping

from cases.auditing import IN_CASES
from web.words import OWN_ACTIONS, Pair

ACTS: Mapping[str, Pair] = {
    "sign_in": ("登录", "Signed in"),
    "failed_sign_in": ("登录失败", "Signing in failed"),
    "set_password": ("设置密码", "Set a password"),
    "add_second_factor": ("启用双因素", "Added a second step"),
    "remove_second_factor": ("移除双因素", "Removed a second step"),
    "use_recovery_code": ("使用恢复码", "Used a recovery code"),
    "add_user": ("新增人员", "Added a person"),
    "disable_user": ("停用人员", "Disabled a person"),
    "change_duty": ("变更职责", "Changed a duty"),
    "name_deputy": ("指定代理", "Named a deputy"),
    "end_deputy": ("结束代理", "Ended a deputyship"),
    "hand_over": ("移交职责", "Handed everything over"),
    "end_sign_ins": ("强制退出一人", "Ended somebody's sign-ins"),
    "end_all_sign_ins": ("强制全部退出", "Ended all sign-ins"),
    "create_token": ("签发接口令牌", "Made an API token"),
    "revoke_token": ("撤销接口令牌", "Revoked an API token"),
    "create_unit": ("导入时新建单位", "Made a unit while importing"),
    "import_units": ("导入单位", "Imported units"),
    "import_users": ("导入人员", "Imported people"),
    "publish_law": ("发布流程", "Published a law"),
    "publish_calendar": ("发布工作日历", "Published a calendar"),
    "publish_figures": ("公布季度数据", "Published figures"),
    "change_settings": ("系统设置变化", "The settings changed"),
    "release_clock": ("放行搁置的时钟", "Released a parked clock"),
    "tell_again": ("重新通知事件", "Had an event told again"),
    "open_outlet": ("开通消息通道", "Opened an outlet"),
    "confirm_outlet": ("确认消息通道", "Confirmed an outlet"),
    "end_outlet": ("停用消息通道", "Ended an outlet"),
    "resend_news": ("重发消息", "Sent a message again"),
    "dismiss_news": ("撤下消息", "Dismissed a message"),
    "edit_news_words": ("修改消息用语", "Changed the words of messages"),
    "export": ("导出", "Exported"),
    "backup": ("备份", "Made a backup"),
    "restore": ("恢复备份", "Restored a backup"),
    "rotate_key": ("更换密钥", "Changed the key"),
    "erase_due": ("到期自动删除身份", "Erased what was due"),
    "erase_again": ("恢复后再次删除", "Erased again after a restore"),
    "read_audit": ("查阅审计", "Read the audit"),
    **{action: OWN_ACTIONS[action] for action in IN_CASES},
}
