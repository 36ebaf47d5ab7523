"""Retracted, corrected and doubted studies: what services answer, what is kept, what it leads to.

The services are a server of the test, which answers in the recorded shapes of Crossref and PubMed.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from practice.build.run import build
from practice.checks import report
from practice.content.models import Source
from practice.evidence import check as module
from practice.evidence import citation, web
from practice.evidence.check import Services, as_yaml, check, run
from practice.evidence.notices import CannotAsk, JournalNotice, state_of
from practice.problems import ProblemsFound, UsageError

BASE = Path(__file__).parents[1] / "bad" / "base"
DAY = dt.date(2026, 6, 1)
COMMON = {"authors": "Example A", "year": 2014, "published_in": "Journal", "read": "abstract"}


def source(**fields):
    return Source(title="A study", what="A survey", **COMMON, **fields)


SOURCES = {
    "both": source(doi="10.1234/both", pmid="111"),
    "by-doi": source(doi="10.1234/only(doi)<1>"),
    "by-pmid": source(pmid="222"),
    "a-book": source(),
}


def crossref(*updates):
    """A work as Crossref describes it."""
    by = [
        {
            "DOI": f"10.9999/{kind}",
            "type": kind,
            "label": kind.title(),
            "source": "retraction-watch",
            "updated": {"date-parts": [[2021, 3, 4]], "date-time": "2021-03-04T00:00:00Z"},
        }
        for kind in updates
    ]
    return {"status": "ok", "message": {"DOI": "10.1234/x", **({"updated-by": by} if by else {})}}


def pubmed(**notices):
    """Articles as PubMed's efetch describes them: `RefType` of a notice by PubMed id."""
    articles = "".join(
        f"<PubmedArticle><MedlineCitation><PMID Version='1'>{pmid[1:]}</PMID>"
        "<CommentsCorrectionsList><CommentsCorrections RefType='Cites'><PMID>5</PMID>"
        "</CommentsCorrections>"
        f"<CommentsCorrections RefType='{kind}'><RefSource>J. 2020</RefSource><PMID>999</PMID>"
        "</CommentsCorrections></CommentsCorrectionsList></MedlineCitation></PubmedArticle>"
        for pmid, kind in notices.items()
    )
    return f"<?xml version='1.0'?><PubmedArticleSet>{articles}</PubmedArticleSet>"


class Service:
    """Crossref and PubMed in one server."""

    def __init__(self):
        self.works = {}
        self.articles = pubmed()
        self.asked = []
        self.headers = {}
        self.status = 200
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):  # the name that http.server gives it
                service.asked.append((self.path, self.headers["User-Agent"]))
                parts = urlsplit(self.path)
                doi = unquote(parts.path.removeprefix("/works/"))
                known = parts.path.startswith("/efetch") or doi in service.works
                self.send_response(service.status if known else 404)
                for name, value in service.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if parts.path.startswith("/efetch"):
                    self.wfile.write(service.articles.encode())
                elif known:
                    work = service.works[doi]
                    self.wfile.write(work if isinstance(work, bytes) else json.dumps(work).encode())

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    @property
    def services(self):
        address = f"http://127.0.0.1:{self.server.server_port}"
        return Services(f"{address}/works/", f"{address}/efetch")

    def end(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def service():
    found = Service()
    yield found
    found.end()


def states(checked):
    return {id: found.state for id, found in checked.items()}


def test_every_study_is_asked_about_where_it_is_known(service, tmp_path):
    service.works = {
        "10.1234/both": crossref("correction"),
        "10.1234/only(doi)<1>": crossref("retraction", "new_version"),
    }
    service.articles = pubmed(p111="ExpressionOfConcernIn", p222="ErratumIn")
    checked = check(tmp_path, SOURCES, DAY, contact="a@example.com", services=service.services)
    assert states(checked) == {"both": "doubted", "by-doi": "retracted", "by-pmid": "corrected"}
    assert checked["both"].asked == ("Crossref", "PubMed")
    assert checked["both"].notice == "https://pubmed.ncbi.nlm.nih.gov/999/"
    assert checked["by-doi"].notice == "https://doi.org/10.9999/retraction"
    assert checked["by-doi"].since == dt.date(2021, 3, 4)
    assert len(service.asked) == 3, "PubMed is asked once"
    for path, agent in service.asked:
        query = parse_qs(urlsplit(path).query)
        assert query.get("mailto", query.get("email")) == ["a@example.com"]
        assert "mailto:a@example.com" in agent


def test_a_study_that_nobody_knows_is_not_called_checked(service, tmp_path):
    service.works = {"10.1234/both": crossref()}
    checked = check(tmp_path, SOURCES, DAY, services=service.services)
    assert states(checked) == {"both": "fine"}
    assert checked["both"].asked == ("Crossref",)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"status": 500}, "answers 500"),
        ({"works": {"10.1234/both": b"<html>"}}, "Crossref answers in another form"),
        ({"works": {"10.1234/both": {"message": []}}}, "Crossref answers in another form"),
        ({"works": {"10.1234/both": {"message": {"updated-by": [{}]}}}}, "another form"),
        ({"articles": "<PubmedArticleSet>"}, "PubMed answers in another form"),
        ({"articles": "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}, "more than can be right"),
    ],
)
def test_what_cannot_be_right_leaves_everything_as_it_was(service, tmp_path, change, words):
    service.works = {"10.1234/both": crossref()}
    (tmp_path / "sources-checked.yaml").write_text("before", "utf-8")
    vars(service).update(change)
    with pytest.raises(CannotAsk, match=words):
        check(tmp_path, SOURCES, DAY, services=service.services)
    assert (tmp_path / "sources-checked.yaml").read_text("utf-8") == "before"


def test_a_service_that_does_not_answer_is_named(tmp_path):
    nobody = Services("http://127.0.0.1:9/", "http://127.0.0.1:9/")
    with pytest.raises(CannotAsk, match="PubMed does not answer"):
        check(tmp_path, SOURCES, DAY, services=nobody)


def test_an_answer_without_end_is_refused(service, tmp_path, monkeypatch):
    monkeypatch.setattr(web, "LARGEST_BYTES", 100)
    service.articles = " " * 200
    with pytest.raises(CannotAsk, match="more than can be right"):
        check(tmp_path, SOURCES, DAY, services=service.services)


def test_the_pace_that_crossref_asks_for_is_kept(service, tmp_path, monkeypatch):
    pauses = []
    monkeypatch.setattr(web.time, "sleep", pauses.append)
    service.works = {"10.1234/both": crossref()}
    service.headers = {"x-rate-limit-limit": "5", "x-rate-limit-interval": "1s"}
    check(tmp_path, SOURCES, DAY, services=service.services)
    assert pauses == [0.2, 0.2]


def notice(kind, year=None):
    return JournalNotice(kind, f"https://example.com/{kind}", year and dt.date(year, 1, 1))


@pytest.mark.parametrize(
    ("notices", "state"),
    [
        ([], "fine"),
        ([notice("correction", 2020), notice("retraction", 2019)], "retracted"),
        ([notice("concern"), notice("correction")], "doubted"),
        ([notice("retraction", 2019), notice("reinstatement", 2020)], "fine"),
        ([notice("retraction", 2021), notice("reinstatement", 2020)], "retracted"),
        (
            [notice("concern", 2019), notice("reinstatement", 2020), notice("correction")],
            "corrected",
        ),
    ],
)
def test_the_most_serious_notice_decides(notices, state):
    assert state_of(notices)[0] == state


# --- A copy of the data ---

COLUMNS = (
    "Record ID,Title,RetractionDate,RetractionDOI,RetractionPubMedID,OriginalPaperDOI,"
    "OriginalPaperPubMedID,RetractionNature,Reason"
)


@pytest.fixture
def copy(tmp_path):
    file = tmp_path / "retraction_watch.csv"
    rows = [
        '1,"A, with comma",1/13/2023 0:00,10.5/r,5,10.1234/BOTH;10.1234/other,0,Retraction,+Error;',
        "2,B,2/1/2022 0:00,unavailable,0,Unavailable,222,Correction,+Error;",
        "3,C,3/1/2022 0:00,10.5/x,0,10.1234/else,333,Retraction,",
        "4,D,,10.5/y,0,10.1234/only(doi)<1>,0,Something new,",
    ]
    file.write_text("\n".join([COLUMNS, *rows]), "utf-8-sig")
    return file


def test_a_copy_is_enough_and_nobody_is_asked(copy, tmp_path, monkeypatch):
    monkeypatch.setattr(web, "get", None)
    checked = check(tmp_path, SOURCES, DAY, copy=copy)
    assert states(checked) == {"both": "retracted", "by-doi": "fine", "by-pmid": "corrected"}
    assert checked["both"].since == dt.date(2023, 1, 13)
    assert checked["by-pmid"].notice is None


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", None])
def test_another_file_is_no_copy(tmp_path, content):
    file = tmp_path / "x.csv"
    if content is not None:
        file.write_text(content, "utf-8")
    with pytest.raises(CannotAsk, match=r"x\.csv"):
        check(tmp_path, SOURCES, DAY, copy=file)


# --- What follows ---


@pytest.fixture
def practice(tmp_path, monkeypatch):
    """The base of the bad input, whose treatment cites `survey-2014`."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780315200")
    monkeypatch.chdir(tmp_path)
    content = tmp_path / "content"
    shutil.copytree(BASE, content)
    file = content / "sources.yaml"
    text = file.read_text("utf-8").replace("  read:", "  doi: 10.1234/both\n  read:", 1)
    file.write_text(text, "utf-8")
    return content


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("retraction", "source-retracted"),
        ("expression_of_concern", "source-doubted"),
        ("correction", "source-corrected"),
        (None, None),
    ],
)
def test_the_check_leads_to_a_warning_at_the_source(practice, service, kind, code, tmp_path):
    service.works = {"10.1234/both": crossref(*filter(None, [kind]))}
    run(practice, "UTC", services=service.services)
    found = report.check(practice)
    expected = [("content/sources.yaml", 1, code, "warning")] if code else []
    assert [(p.path, p.line, p.code, p.severity) for p in found.problems] == expected
    assert found.sources == "1 of 1 studies were checked for retractions, the first on 2026-06-01."
    strict = report.check(practice, publishing=True)
    assert strict.errors == (kind == "retraction")
    built = build(practice, tmp_path / "output", Path(__file__).parents[2] / "pelicanconf.py")
    page = (built.output / "sources" / "index.html").read_text("utf-8")
    assert "Checked for retractions" in page
    assert ("Read the notice" in page) == bool(kind)


def test_without_the_option_nobody_is_asked_and_the_report_says_so(practice, monkeypatch):
    monkeypatch.setattr(module, "_asked", None)
    monkeypatch.setattr(web, "get", None)
    assert report.check(practice).sources.startswith("No study has been checked")


def test_the_file_can_be_read_again(practice, copy):
    run(practice, "UTC", copy)
    first = (practice / "sources-checked.yaml").read_text("utf-8")
    run(practice, "UTC", copy)
    assert (practice / "sources-checked.yaml").read_text("utf-8") == first
    assert "state: retracted" in first
    (practice / "sources-checked.yaml").write_text(first.replace("retracted", "odd"), "utf-8")
    [problem] = report.check(practice).problems
    assert (problem.path, problem.code) == ("content/sources-checked.yaml", "field-value")
    with pytest.raises(ProblemsFound):
        build(practice, practice.parent / "output", Path(__file__).parents[2] / "pelicanconf.py")


def test_an_entry_without_a_notice_is_short():
    assert as_yaml({}) == module.HEAD


WORK = {
    "title": ["Needling &amp; <i>pain</i>"],
    "author": [{"family": "Brady", "given": "Sara"}, {"name": "A group"}],
    "issued": {"date-parts": [[2014, 5]]},
    "container-title": ["Journal of Examples"],
}
ARTICLE = """<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>111</PMID><Article>
<Journal><Title>Journal of Examples</Title><JournalIssue><PubDate><Year>2015</Year></PubDate>
</JournalIssue></Journal><ArticleTitle>On <i>tape</i>.</ArticleTitle><AuthorList>
<Author><LastName>Lee</LastName><Initials>AB</Initials></Author></AuthorList></Article>
</MedlineCitation><PubmedData><ArticleIdList><ArticleId IdType="doi">10.1234/tape</ArticleId>
</ArticleIdList><ReferenceList><Reference><Citation>Cited</Citation><ArticleIdList>
<ArticleId IdType="doi">10.1234/cited</ArticleId></ArticleIdList></Reference></ReferenceList>
</PubmedData></PubmedArticle></PubmedArticleSet>"""


@pytest.mark.parametrize("written", ["10.1234/x", "https://doi.org/10.1234/x", "doi:10.1234/x"])
def test_what_a_doi_is(service, written):
    service.works["10.1234/x"] = {"message": WORK}
    found = citation.of_doi(written, "", service.services.crossref)
    assert (found.authors, found.year) == ("Brady S, et al.", "2014")
    assert (found.published_in, found.doi) == ("Journal of Examples", "10.1234/x")
    assert found.id == "brady-2014"
    assert found.title == "Needling & pain"


def test_what_a_pubmed_id_is(service):
    service.articles = ARTICLE
    found = citation.of_pmid("111", "", service.services.pubmed)
    assert found.fields == {
        "title": "On tape",
        "authors": "Lee AB",
        "year": "2015",
        "published_in": "Journal of Examples",
        "doi": "10.1234/tape",
        "pmid": "111",
    }


@pytest.mark.parametrize("doi", ["11.1234/x", "x", "10.1234/unknown"])
def test_a_doi_that_leads_nowhere_is_named(service, doi):
    with pytest.raises(UsageError, match=doi):
        citation.of_doi(doi, "", service.services.crossref)


def test_a_pubmed_id_that_leads_nowhere_is_named(service):
    for pmid in ("PMC1", "5"):
        with pytest.raises(UsageError, match=pmid):
            citation.of_pmid(pmid, "", service.services.pubmed)


def test_another_form_of_answer_is_said(service):
    service.works["10.1234/x"] = {"message": {"title": []}}
    with pytest.raises(CannotAsk, match="another form"):
        citation.of_doi("10.1234/x", "", service.services.crossref)


def test_a_report_without_authors_or_year_is_described_as_far_as_it_is_known(service):
    work = {**WORK, "issued": {"date-parts": [[None]]}}
    del work["author"]
    service.works["10.1234/x"] = {"message": work}
    found = citation.of_doi("10.1234/x", "", service.services.crossref)
    assert (found.title, found.authors, found.year) == ("Needling & pain", "", "")
