"""Similar, merged and linked cases as people meet them: on pages without scripts, and over the API."""

from __future__ import annotations

import re

from cases.indexing import index_new
from tests.web.visitors import API, Office, taken

TEXT = "午间无处休息，\n冬天尤其冷。"
LIKE = {"title": "开发区建骑手驿站", "text": "冬天尤其冷，午间无处休息。", "unit": "C", "workflow": "proposal"}


def indexed(office: Office) -> None:
    index_new(office.engine, office.at)


def test_similar_cases_are_asked_for_over_the_api(office: Office) -> None:
    number = office.submitted()
    indexed(office)
    query = {"text": f"{LIKE['title']} {LIKE['text']}", "unit": "C"}
    mine = office.program("li").get(f"{API}/similar", params=query).json()
    assert [(one["number"], one["state_label"]) for one in mine["items"]] == [(number, "待审议")]
    assert mine["items"][0]["phrases"] and 0 < mine["items"][0]["score"] <= 1
    assert (mine["others"], mine["others_phrases"]) == (0, [])
    others = office.program("zhou").get(f"{API}/similar", params=query).json()
    assert (others["items"], others["others"], others["others_phrases"]) == ([], 0, [])  # one would be somebody
    for _ in range(4):
        office.submitted()
    indexed(office)
    others = office.program("zhou").get(f"{API}/similar", params=query).json()
    assert (others["items"], others["others"]) == ([], 5) and others["others_phrases"]
    assert office.program("zhou").get(f"{API}/similar", params={"text": query["text"]}).json()["others"] == 0
    assert office.program("wang").get(f"{API}/similar", params=query | {"unit": "P"}).status_code == 200
    assert office.program("li").get(f"{API}/similar", params=query | {"unit": "nowhere"}).status_code == 404
    assert office.program("li").get(f"{API}/similar").status_code == 422
    assert office.client().get(f"{API}/similar", params=query).status_code == 401


def test_whoever_submits_may_look_for_similar_ones_first_and_is_never_kept_from_it(office: Office) -> None:
    first, second, *_ = (office.submitted(workflow="grievance") for _ in range(5))  # to be read by those in it alone
    indexed(office)
    qian = office.browser("qian")
    qian.get("/submit")
    answer = qian.send("/submit", _check="1", **LIKE)
    assert answer.status_code == 200
    assert "这里另有 5 件以上相似的诉求" in qian.words and "午间无处休息" in qian.words
    assert first not in qian.page.text and second not in qian.page.text
    assert LIKE["title"] in qian.page.text and LIKE["text"] in qian.page.text  # nothing that was typed is lost
    assert qian.send("/submit", **LIKE).status_code == 303
    zhang = office.browser("zhang")
    zhang.get("/submit")
    zhang.send("/submit", _check="1", **LIKE)
    assert first in zhang.page.text and second in zhang.page.text
    zhang.send("/submit", _check="1", title="", text="", unit="nowhere", workflow="proposal")
    assert "没有可以向您显示的相似诉求" in zhang.words


def test_the_reviewer_reads_similar_cases_on_the_page_and_nobody_else_does(office: Office) -> None:
    first, second = office.submitted(), office.submitted("qian")
    indexed(office)
    li = office.browser("li")
    page = li.get(f"/cases/{first}")
    assert f'href="/cases/{second}"' in page and "<q>" in page and "相似案件" in li.words
    assert "相似案件" not in office.browser("zhang").get(f"/cases/{first}")
    office.go(first, until="accept")
    assert "相似案件" not in office.browser("li").get(f"/cases/{first}")


def test_a_merged_case_is_read_and_rated_on_its_own_page(office: Office) -> None:
    lead, other = office.submitted(), office.submitted("qian")
    assert taken(office.program("li"), other, "merge", {"into": lead}).status_code == 200
    qian = office.browser("qian")
    page = qian.get(f"/cases/{other}")
    assert "并案主案" in page and "尚未答复" in page
    assert f'action="/cases/{other}/rate_merged"' not in page
    office.go(lead, until="verify")
    qian = office.browser("qian")  # who was signed out for being silent
    assert "已设两处驿站，附照片。" in qian.get(f"/cases/{other}")
    assert qian.send(f"/cases/{other}/rate_merged", rating="unsatisfied", reason="太远").status_code == 303
    related = office.program("qian").get(f"{API}/cases/{other}").json()["related"]
    assert related["lead_case"]["answers"] == [{"text": "已设两处驿站，附照片。"}]
    assert related["lead_case"]["number"] == lead and related["merged"] == related["links"] == []
    assert "张代表" not in qian.page.text
    assert office.client().get(f"/cases/{lead}").status_code == 303
    assert qian.client.get(f"/cases/{lead}").status_code == 404  # no longer open for endorsement
    assert f'href="/cases/{lead}"' not in qian.get(f"/cases/{other}")
    page = office.browser("zhao").get(f"/cases/{lead}")
    assert other in page and "不满意" in page.partition("并入本案的案件")[2].partition("</section>")[0]
    mine = office.program("zhang").get(f"{API}/cases/{lead}").json()["related"]
    assert mine == {"links": [], "lead_case": None, "merged": []}
    assert other not in office.browser("zhang").get(f"/cases/{lead}")


def test_splitting_and_linking_are_done_with_a_mouse(office: Office) -> None:
    number, another = office.submitted(), office.submitted("qian", workflow="grievance")
    li = office.browser("li")
    li.get(f"/cases/{number}")
    li.send(f"/cases/{number}/split", part_title="高温补贴", part_text="七月起没有发放")
    (part,) = set(re.findall(r'href="/cases/(TA-[\w-]+)"', li.page.text)) - {number}
    li.get(f"/cases/{part}")
    assert "拆分自" in li.words and "由他案拆出" in li.words and number in li.page.text
    li.send(f"/cases/{part}/link", other=another, link_kind="relates")
    assert another in li.page.text
    assert another not in office.browser("zhang").get(f"/cases/{part}")
    links = office.program("li").get(f"{API}/cases/{part}").json()["related"]["links"]
    assert [(one["number"], one["kind"]) for one in links] == [(number, "split_from"), (another, "relates")]
    assert li.send(f"/cases/{part}/link", other=part, link_kind="relates").status_code == 422
    assert "案件不能关联自己" in li.words
    li.get(f"/cases/{part}")
    li.send(f"/cases/{part}/unlink", other=another, reason="两案无关")
    assert (
        "关联案件" in li.words and another not in li.page.text.partition("关联案件</h2>")[2].partition("</section>")[0]
    )


def test_who_merges_is_offered_the_similar_cases(office: Office) -> None:
    first = office.submitted()
    number = office.submitted()
    indexed(office)
    page = office.browser("li").get(f"/cases/{number}")
    form = page.partition(f'action="/cases/{number}/merge"')[2].partition("</form>")[0]
    assert f'<option value="{first}">' in form
