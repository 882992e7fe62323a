"""Who merely reads along, to endorse a proposal, reads what was proposed: no names, no files, nothing among staff."""

from tests.web.test_attachments import PNG
from tests.web.visitors import API, Office, taken


def test_a_colleague_who_may_endorse_learns_neither_the_name_nor_the_files(office: Office) -> None:
    number = office.submitted("zhang", identity="named")
    zhang = office.program("zhang")
    file = zhang.post(f"{API}/cases/{number}/attachments", files={"file": ("工资条.png", PNG)}).json()["file"]
    path = f"{API}/cases/{number}/attachments/{file['digest']}"
    page = office.browser("qian").get(f"/cases/{number}")
    assert "附议" in page and "张代表" not in page and "工资条" not in page
    shown = office.program("qian").get(f"{API}/cases/{number}").json()
    assert shown["attachments"] == []
    assert office.program("qian").get(path).status_code == 404
    assert "张代表" in office.browser("li").get(f"/cases/{number}")
    for login in ("li", "zhang"):
        assert office.program(login).get(path).status_code == 200


def test_whom_staff_tell_and_order_is_not_for_the_one_who_raised_the_case(office: Office) -> None:
    number = office.submitted()
    office.go(number, "sign_for")
    assert taken(office.program("zhao"), number, "copy_to", {"person": "zhou"}).status_code == 200
    assert taken(office.program("zhao"), number, "order", {"order_text": "请三日内答复"}).status_code == 200
    for login, told in (("li", True), ("zhang", False), ("qian", False)):
        events = office.program(login).get(f"{API}/cases/{number}/events").json()["items"]
        assert ({"copy_to", "order"} <= {event["action"] for event in events}) is told
        assert ("zhou" in str(events)) is told
        limits = office.program(login).get(f"{API}/cases/{number}/clocks").json()["items"]
        assert ("answer@D" in [clock["state"] for clock in limits]) is told
