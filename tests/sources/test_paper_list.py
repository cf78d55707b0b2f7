import re
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragassist.sources.cleaning import clean_text
from ragassist.sources.lines import Line
from ragassist.sources.paper_list import looks_like, read
from ragassist.types import Failure, Record
from tests.sources.texts import lines_of

SEEDS = Path(__file__).parents[3] / "shared" / "corpora" / "seeds"

LAMPS = (
    "We study how readers of long reports choose their lamps and propose a rule that saves half of "
    "the light. Experiments in four libraries show that nobody minds."
)
PAGES = "We present a small survey of page numbers. Our results hold for two bookshops."
SHORT = "We show that one short sentence can be a whole abstract too."


def outcome(text: str) -> tuple[list[Record], list[Failure]]:
    both = list(read(lines_of(text), "page.txt"))
    records = [one for one in both if isinstance(one, Record)]
    return records, [one for one in both if isinstance(one, Failure)]


def records_of(text: str) -> list[Record]:
    return outcome(text)[0]


def stamped(title_line: str, abstract: str = LAMPS, stamp: str = "AIJul 1, 2024Code") -> str:
    return f"{stamp}\n{title_line}\n{abstract}\n"


def seed(number: int) -> str:
    found = sorted(SEEDS.glob(f"{number:03d}_*.txt"))
    if not found:
        pytest.skip("needs the four saved pages in a folder `shared` beside the checkout")
    return found[0].read_text(encoding="utf-8")


def squeezed(text: str) -> str:
    return "".join(filter(str.isalnum, re.sub(r"\bet\.? al\b", "", clean_text(text))))


def assert_every_line_is_accounted_for(text: str) -> None:
    """Each line that is not blank is a failure's, or stands in the record around it."""
    records, failures = outcome(text)
    failed = {failure.line for failure in failures}
    stamps = {record.line for record in records if record.categories}
    for line in lines_of(text):
        if not line.text.split() or line.number in failed | stamps:
            continue
        record = next((r for r in reversed(records) if r.line <= line.number), None)
        assert record is not None, f"line {line.number} is nowhere: {line.text[:80]!r}"
        named = " ".join((*record.authors, *record.affiliations))
        kept = squeezed(f"{record.title} {named}") + squeezed(record.abstract)
        assert squeezed(line.text) in kept


class TestSavedPages:
    @pytest.mark.parametrize(("number", "papers"), [(0, 21), (1, 45), (2, 110), (3, 62)])
    def test_every_paper_of_a_saved_page_is_read(self, number: int, papers: int) -> None:
        records, failures = outcome(seed(number))
        assert len(records) == papers
        assert all(failure.expected for failure in failures)
        assert all(len(record.abstract) > 300 for record in records)

    def test_the_four_pages_hold_229_distinct_titles(self) -> None:
        titles = [record.title for number in range(4) for record in records_of(seed(number))]
        assert len({" ".join(title.lower().split()) for title in titles}) == 229

    @pytest.mark.parametrize("number", range(4))
    def test_a_saved_page_is_recognised(self, number: int) -> None:
        assert looks_like(seed(number)[:65536])

    @pytest.mark.parametrize(
        ("number", "line", "title", "authors", "date", "category"),
        [
            (0, 1, "We-Math: Does Your Large Multimodal Model Achieve Human-like Mathematical "
             "Reasoning?", ("Runqi Qiao", "Qiuna Tan", "Guanting Dong"), "2024-07-01", "AI"),
            (0, 4, "EnvScaler: Scaling Tool-Interactive Environments for LLM Agent via "
             "Programmatic Synthesis", ("Xiaoshuai Song", "Haofei Chang", "Guanting Dong"),
             "--01-09", "CL"),
            (0, 10, "Let It Flow: Agentic Crafting on Rock and Roll, Building the ROME Model "
             "within an Open Agentic Learning Ecosystem",
             ("Weixun Wang", "XiaoXiao Xu", "Wanhe An"), "2025-12-31", "AI"),
            (0, 19, "Large Language Models Meet Open-World Intent Discovery and Recognition: An "
             "Evaluation of ChatGPT", ("Xiaoshuai Song", "Keqing He", "Pei Wang"), "2023-10-16",
             "CL"),
            (0, 43, "Faceptor: A Generalist Model for Face Perception",
             ("Lixiong Qin", "Mei Wang", "Xuannan Liu"), "2024-03-14", "CV"),
            (0, 58, "Multi-Dimensional Insights: Benchmarking Real-World Personalization in Large "
             "Multimodal Models", ("YiFan Zhang", "Shanglin Lei", "Runqi Qiao"), "2024-12-17",
             "AI"),
            (1, 26, "ToolLLM: Facilitating Large Language Models to Master 16000+ Real-world APIs",
             ("Yujia Qin", "Shihao Liang", "Yining Ye"), "2023-07-31", "AI"),
            (1, 75, "A Roadmap for Big Model", ("Sha Yuan", "Hanyu Zhao", "Shuai Zhao"),
             "2022-03-26", "LG"),
            (1, 229, "Tell Me More! Towards Implicit User Intention Understanding of Language "
             "Model Driven Agents", ("Cheng Qian", "Bingxiang He", "Zhong Zhuang"), "2024-02-14",
             "CL"),
            (1, 264, "SuperGPQA: Scaling LLM Evaluation across 285 Graduate Disciplines",
             ("M-A-P Team", "Xinrun Du", "Yifan Yao"), "2025-02-20", "CL"),
            (1, 278, "CREATOR: Tool Creation for Disentangling Abstract and Concrete Reasoning of "
             "Large Language Models", ("Cheng Qian", "Chi Han", "Yi R. Fung"), "2023-05-23", "CL"),
            (1, 299, "bert2BERT: Towards Reusable Pretrained Language Models",
             ("Cheng Chen", "Yichun Yin", "Lifeng Shang"), "2021-10-14", "CL"),
        ],
    )  # fmt: skip
    def test_the_hard_papers_are_read_exactly(
        self, number: int, line: int, title: str, authors: tuple[str, ...], date: str, category: str
    ) -> None:
        (record,) = [record for record in records_of(seed(number)) if record.line == line]
        assert (record.title, record.authors) == (title, authors)
        assert record.authors_truncated
        assert (record.date, record.categories) == (date, (category,))
        assert record.year == (None if date.startswith("--") else int(date[:4]))

    @pytest.mark.parametrize(
        ("number", "line", "title"),
        [
            (2, 399, "What are the Essential Factors in Crafting Effective Long Context Multi-Hop "
             "Instruction Datasets? Insights and Best Practices"),
            (2, 339, "S^3c-Math: Spontaneous Step-level Self-correction Makes Large Language "
             "Models Better Mathematical Reasoners"),
            (2, 411, "VILA^2: VILA Augmented VILA"),
            (2, 387, "Confidence v.s. Critique: A Decomposition of Self-Correction Capability for "
             "LLMs"),
            (2, 223, "MeLM, a generative pretrained language modeling framework that solves "
             "forward and inverse mechanics problems"),
            (3, 93, "LG-ANNA-Embedding technical report"),
            (3, 249, "Can Pre-trained Networks Detect Familiar Out-of-Distribution Data?"),
        ],
    )  # fmt: skip
    def test_newsletter_titles_are_whole_and_carry_nothing_invented(
        self, number: int, line: int, title: str
    ) -> None:
        (record,) = [record for record in records_of(seed(number)) if record.line == line]
        assert record.title == title
        assert (record.authors, record.date, record.year, record.categories) == ((), None, None, ())

    def test_no_author_is_left_glued_to_a_title(self) -> None:
        records = records_of(seed(0))
        names = {name for record in records for name in record.authors}
        assert all(len(record.authors) == 3 and record.authors_truncated for record in records)
        assert not [record.title for record in records if any(n in record.title for n in names)]

    def test_affiliations_are_kept_apart_from_authors(self) -> None:
        records = {record.line: record for record in records_of(seed(1))}
        assert records[19].affiliations == ("tencent-ai", "tsinghua")
        assert records[26].affiliations == ()
        assert {len(record.authors) for record in records.values()} == {3}

    @pytest.mark.parametrize("number", range(4))
    def test_abstracts_are_whole_lines_of_the_page_cleaned(self, number: int) -> None:
        text = seed(number)
        cleaned = {clean_text(line) for line in text.split("\n")}
        assert {record.abstract for record in records_of(text)} <= cleaned
        joined = " ".join(record.abstract for record in records_of(text))
        for leftover in ("\\textbf", "\\url", "\\footnote", "\\%", "``", "sec:abstract", "  "):
            assert leftover not in joined

    @pytest.mark.parametrize("number", range(4))
    def test_no_line_of_a_saved_page_is_dropped(self, number: int) -> None:
        assert_every_line_is_accounted_for(seed(number))

    @pytest.mark.parametrize("first", range(4))
    @pytest.mark.parametrize("second", range(4))
    def test_two_pages_in_one_file_give_the_papers_of_both(self, first: int, second: int) -> None:
        one, two = seed(first), seed(second)
        expected = [(r.title, r.authors, r.date, r.abstract) for r in records_of(one)]
        expected += [(r.title, r.authors, r.date, r.abstract) for r in records_of(two)]
        got = records_of(f"{one}\n{two}")
        assert [(r.title, r.authors, r.date, r.abstract) for r in got] == expected

    @pytest.mark.parametrize("number", range(4))
    def test_blank_lines_and_trailing_blanks_change_nothing(self, number: int) -> None:
        text = seed(number)
        lines = text.split("\n")
        expected = [(r.title, r.authors, r.abstract) for r in records_of(text)]
        variants = (
            "\n".join(f"{line} \t" for line in lines),
            "\n\n\n".join(lines),
            "\n".join(filter(None, lines)),
        )
        for variant in variants:
            assert [(r.title, r.authors, r.abstract) for r in records_of(variant)] == expected


class TestAuthorsGluedToTitles:
    @pytest.mark.parametrize(
        ("line", "title", "authors"),
        [
            ("Reading Lamps in LLMsJunda Zhu", "Reading Lamps in LLMs", ("Junda Zhu",)),
            ("Lamps and RAGXiao Li, Bo Chen", "Lamps and RAG", ("Xiao Li", "Bo Chen")),
            ("Lamps 2.0Jane Doe", "Lamps 2.0", ("Jane Doe",)),
            ("Lamps in 3DJane Doe", "Lamps in 3D", ("Jane Doe",)),
            ("Do Lamps Read?Jane Doe and John Roe", "Do Lamps Read?", ("Jane Doe", "John Roe")),
            ("Lamps (Mostly)Jane Doe", "Lamps (Mostly)", ("Jane Doe",)),
            ("A Study of LightMaria van der Berg, João de Souza", "A Study of Light",
             ("Maria van der Berg", "João de Souza")),
            ("A Study of LightSean O'Brien, J. K. Smith", "A Study of Light",
             ("Sean O'Brien", "J. K. Smith")),
            ("A Study of LightJ. K. Smith", "A Study of Light", ("J. K. Smith",)),
            ("Better BERTScoreJane Doe", "Better BERTScore", ("Jane Doe",)),
            ("Lamps with GraphRAGJane Doe, Bo Li", "Lamps with GraphRAG", ("Jane Doe", "Bo Li")),
            ("Open LampsYiFan Zhang, Bo Li", "Open Lamps", ("YiFan Zhang", "Bo Li")),
            ("Open LampsMcKenzie Doe, Bo Li", "Open Lamps", ("McKenzie Doe", "Bo Li")),
            ("Lamps, Lights, and ReadingJane Doe", "Lamps, Lights, and Reading", ("Jane Doe",)),
            ("all lamps burnAda Vale", "all lamps burn", ("Ada Vale",)),
            ("Лампы в библиотекеИван Петров, Анна Кузнецова", "Лампы в библиотеке",
             ("Иван Петров", "Анна Кузнецова")),
            ("Φώτα στη βιβλιοθήκηΓιώργος Παππάς", "Φώτα στη βιβλιοθήκη", ("Γιώργος Παππάς",)),
            ("图书馆的灯Jane Doe, Bo Li", "图书馆的灯", ("Jane Doe", "Bo Li")),
            ("A Survey of Lamps王小明, 李四", "A Survey of Lamps", ("王小明", "李四")),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("truncated", [False, True])
    def test_the_title_ends_where_the_names_begin(
        self, line: str, title: str, authors: tuple[str, ...], truncated: bool
    ) -> None:
        (record,) = records_of(stamped(f"{line} et al." if truncated else line))
        assert (record.title, record.authors) == (title, authors)
        assert record.authors_truncated is truncated

    @pytest.mark.parametrize(
        ("line", "title", "authors"),
        [
            ("Lamp-V3 Technical ReportLamp-AI, Ada Vale et al.", "Lamp-V3 Technical Report",
             ("Lamp-AI", "Ada Vale")),
            ("Technical ReportOpenAI, Ada Vale et al.", "Technical Report", ("OpenAI", "Ada Vale")),
            ("Let It BurnMadonna, Ada Vale et al.", "Let It Burn", ("Madonna", "Ada Vale")),
            ("Reports of lampsvan der Berg, Ada Vale et al.", "Reports of lamps",
             ("van der Berg", "Ada Vale")),
        ],
    )  # fmt: skip
    def test_rare_names_are_found_before_et_al(
        self, line: str, title: str, authors: tuple[str, ...]
    ) -> None:
        (record,) = records_of(stamped(line))
        assert (record.title, record.authors) == (title, authors)

    @pytest.mark.parametrize(
        "title",
        [
            "A Title Without Any Authors",
            "Pre-read, Lamp, and Predict: A Survey",
            "Seq2Seq Reading at Night",
            "Lamps for LLMs",
            "Lowis3D: Reading in 3D Scene Space",
        ],
    )
    def test_a_title_without_authors_stays_whole(self, title: str) -> None:
        (record,) = records_of(stamped(title))
        assert (record.title, record.authors) == (title, ())

    def test_words_of_the_abstract_speak_against_a_name(self) -> None:
        abstract = "We train with PyTorch Lightning and report its speed. It is fast."
        (record,) = records_of(stamped("Reading with PyTorch Lightning", abstract))
        assert (record.title, record.authors) == ("Reading with PyTorch Lightning", ())

    def test_a_page_with_bylines_is_not_searched_for_glued_names(self) -> None:
        page = stamped("Lamps and Light\n\nAda Vale, Bo Li et al.") + stamped(
            "On CandleLight Halls"
        )
        assert [record.title for record in records_of(page)] == [
            "Lamps and Light",
            "On CandleLight Halls",
        ]


class TestStampedEntries:
    @pytest.mark.parametrize(
        ("stamp", "categories", "date", "year"),
        [
            ("AIJul 1, 2024Code", ("AI",), "2024-07-01", 2024),
            ("CLJan 9Code", ("CL",), "--01-09", None),
            ("cs.CLSeptember 30, 2021", ("cs.CL",), "2021-09-30", 2021),
            ("stat.MLMay 2", ("stat.ML",), "--05-02", None),
            ("q-bio.NCDec 31, 2023Code", ("q-bio.NC",), "2023-12-31", 2023),
            ("ROFeb 29", ("RO",), "--02-29", None),
            ("CV Mar 3, 2020 Code", ("CV",), "2020-03-03", 2020),
            ("AIFeb 30, 2024", ("AI",), None, 2024),
        ],
    )
    def test_category_and_date_are_read_as_stated(
        self, stamp: str, categories: tuple[str, ...], date: str | None, year: int | None
    ) -> None:
        (record,) = records_of(stamped("Lamps and LightAda Vale", stamp=stamp))
        assert (record.categories, record.date, record.year) == (categories, date, year)
        assert record.line == 1

    def test_authors_on_their_own_line_are_told_from_affiliations(self) -> None:
        (record,) = records_of(stamped("Lamps\n\nAda Vale, Bo Li et al. · lamp-lab, north\n"))
        assert record.authors == ("Ada Vale", "Bo Li")
        assert record.authors_truncated
        assert record.affiliations == ("lamp-lab", "north")

    def test_a_paper_without_an_abstract_is_a_title_only_record(self) -> None:
        page = stamped("Lamps\n\nAda Vale, Bo Li", "") + stamped("Light in HallsAda Vale", PAGES)
        first, second = records_of(page)
        assert (first.title, first.authors, first.abstract) == ("Lamps", ("Ada Vale", "Bo Li"), "")
        assert (second.title, second.abstract) == ("Light in Halls", PAGES)

    def test_an_abstract_of_several_paragraphs_is_kept_together(self) -> None:
        (record,) = records_of(stamped("LampsAda Vale", f"{LAMPS}\n\n{PAGES}\n\n{SHORT}"))
        assert record.abstract == f"{LAMPS}\n\n{PAGES}\n\n{SHORT}"

    def test_a_stamp_glued_to_the_page_before_still_begins_a_paper(self) -> None:
        page = stamped("LampsAda Vale").rstrip("\n") + stamped("LightBo Li", PAGES)
        assert [(r.title, r.abstract, r.line) for r in records_of(page)] == [
            ("Lamps", LAMPS, 1),
            ("Light", PAGES, 3),
        ]

    def test_a_profile_header_is_reported_as_furniture(self) -> None:
        page = "Ada Vale\n\nRO\nh-index12\n3papers\n1,234citations\nNovelty52%\n\n3 Papers\n\n"
        records, failures = outcome(page + stamped("LampsAda Vale"))
        assert [record.title for record in records] == ["Lamps"]
        assert sorted(failure.line for failure in failures) == [1, 3, 4, 5, 6, 7, 9]
        assert all(failure.expected for failure in failures)

    def test_a_stamp_without_a_paper_is_reported(self) -> None:
        records, failures = outcome("AIJul 1, 2024\n")
        assert records == []
        assert [(f.line, f.expected) for f in failures] == [(1, False)]

    def test_authors_nobody_can_parse_do_not_take_the_abstract_away(self) -> None:
        records, failures = outcome(stamped("Lamps and Light\n\nAda Vale (MIT), b. roe & others"))
        assert [(r.title, r.abstract) for r in records] == [("Lamps and Light", LAMPS)]
        assert [(f.line, f.expected) for f in failures] == [(4, False)]


class TestNewsletters:
    HEADER = "Weekly Lamp Digest\n\nDelivered every Monday\n\nSeptember 12\n\n"

    def test_titles_and_abstracts_alternate_under_a_header(self) -> None:
        records, failures = outcome(
            f"{self.HEADER}Reading: A Study\n\n{LAMPS}\n\nwhy do lamps flicker\n\n{PAGES}"
        )
        assert [(r.line, r.title, r.abstract) for r in records] == [
            (7, "Reading: A Study", LAMPS),
            (11, "why do lamps flicker", PAGES),
        ]
        assert sorted((f.line, f.expected) for f in failures) == [(1, True), (3, True), (5, True)]
        assert {(r.date, r.year, r.categories) for r in records} == {(None, None, ())}

    def test_counters_and_buttons_between_papers_are_furniture(self) -> None:
        records, failures = outcome(
            f"Lamps in the Dark\n\n45\n\n{LAMPS}\n\nUpvote 12\n\nView PDF\n\n"
            f"Light (2nd Edition)\n\n{PAGES}\n\nLoad more\n\n© 2024 Lamp Inc.\n"
        )
        assert [r.title for r in records] == ["Lamps in the Dark", "Light (2nd Edition)"]
        assert [f.line for f in failures] == [3, 7, 9, 15, 17]
        assert all(f.expected for f in failures)

    def test_a_lone_title_is_reported_with_its_line(self) -> None:
        records, failures = outcome(
            f"Lamps in the Dark\n\n{LAMPS}\n\nLonely Title of a Paper\n\nMore Light\n\n{PAGES}"
        )
        assert [r.title for r in records] == ["Lamps in the Dark", "More Light"]
        assert [(f.line, f.expected) for f in failures] == [(5, False)]

    @pytest.mark.parametrize(
        "title",
        [
            "Lamp-4 Technical Report",
            "Every Lamp Is All You Need.",
            "How many lamps? Insights and best practices",
            "On " + "the very slow and careful reading of " * 6 + "maps",
            "图书馆的灯与阅读的综述研究",
            "Лампы в старой библиотеке",
        ],
    )
    def test_unusual_titles_are_titles(self, title: str) -> None:
        page = f"Lamps in the Dark\n\n{LAMPS}\n\n{title}\n\n{SHORT}\n\nMore Light\n\n{PAGES}"
        assert [(r.title, r.abstract) for r in records_of(page)] == [
            ("Lamps in the Dark", LAMPS),
            (title, SHORT),
            ("More Light", PAGES),
        ]

    def test_paragraphs_and_addresses_belong_to_the_abstract_above(self) -> None:
        more = "Code: https://example.org/lamps"
        page = f"Lamps in the Dark\n\n{LAMPS}\n\n{SHORT}\n\n{more}\n\nMore Light\n\n{PAGES}"
        assert [r.abstract for r in records_of(page)] == [f"{LAMPS}\n\n{SHORT}\n\n{more}", PAGES]

    def test_a_newsletter_after_stamped_entries_is_read_too(self) -> None:
        page = stamped("LampsAda Vale") + self.HEADER + f"More Light at Night\n\n{PAGES}\n"
        first, second = records_of(page)
        assert (first.title, first.abstract, first.date) == ("Lamps", LAMPS, "2024-07-01")
        assert (second.title, second.abstract, second.date) == ("More Light at Night", PAGES, None)


class TestRecognition:
    def test_a_single_stamped_paper_is_enough(self) -> None:
        assert looks_like(stamped("LampsAda Vale"))

    def test_a_profile_may_begin_with_a_handle(self) -> None:
        assert looks_like("@ada\n\nRO\n\n" + stamped("LampsAda Vale"))

    def test_one_pair_needs_a_header_and_two_do_not(self) -> None:
        one = f"Reading in the Old Dark\n\n{LAMPS}\n"
        assert not looks_like(one)
        assert looks_like(TestNewsletters.HEADER + one)
        assert looks_like(f"{one}\nFour More Lamps Burning\n\n{PAGES}\n")

    @pytest.mark.parametrize("line_end", ["\r\n", "\r", "\n\n"])
    def test_line_ends_do_not_matter(self, line_end: str) -> None:
        assert looks_like(stamped("LampsAda Vale").replace("\n", line_end))

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "\n\n\n",
            '{"title": "Lamps", "abstract": "We propose lamps."}',
            "@article{lamps,\n  title = {Lamps and Light at Night},\n}\n",
            f"TY  - JOUR\nTI  - Lamps and Light at Night\nAB  - {LAMPS}\nER  - \n" * 3,
            f"PMID- 12\nTI  - Lamps and Light at Night\nAB  - {PAGES}\n" * 3,
            f'title,abstract\nLamps and Light,"{LAMPS}"\nMore Light,"{PAGES}"\n',
            f"id\ttitle\tabstract\n1\tLamps\t{LAMPS}\n2\tLight\t{PAGES}\n",
            "<!doctype html>\n<html><body><p>We propose lamps.</p></body></html>",
            f"title: Lamps and Light at Night\nabstract: {LAMPS}\n" * 3,
            f"# Notes\n\n{LAMPS}\n\n## More\n\n{PAGES}\n",
            f"Introduction\n\n{LAMPS}\n\n{PAGES}\n\nRelated work\n\n{PAGES}\n\n{LAMPS}\n",
            'import os\n\n\ndef read():\n    """We propose. It works."""\n    return os\n',
            f"{LAMPS} {PAGES}\n\n" * 6,
            "Dear reader,\n\nWe present our offer of lamps. Please write.\n\nYours,\nAda Vale\n",
        ],
    )
    def test_other_text_is_left_to_other_readers(self, text: str) -> None:
        assert not looks_like(text)


class TestCleaning:
    @pytest.mark.parametrize(
        ("raw", "clean"),
        [
            ("sec:abstract Lamps burn", "Lamps burn"),
            (r"\label{sec:abs}Lamps", "Lamps"),
            (r"a \textbf{bright \emph{red}} lamp", "a bright red lamp"),
            (r"lamps~\cite{vale, li}. Next", "lamps. Next"),
            (r"lit\footnote{\url{https://e.org/a_b}}.", "lit https://e.org/a_b."),
            (r"more than~30\% of modeling~(ML) in Fig.~3",
             "more than 30% of modeling (ML) in Fig. 3"),
            ("``one'' and ``two\" and ''three''", '"one" and "two" and "three"'),
            ("a `Lamp', lit", "a 'Lamp', lit"),
            (r"gains ($+20.8\%\uparrow$) in $O(n^2)$ with $k$-means",
             "gains (+20.8%↑) in O(n^2) with k-means"),
            ("AT&amp;T &lt; <i>x</i> 10<sup>3</sup>", "AT&T < x 10^3"),
            ("two  blanks\tand\u00a0more", "two blanks and more"),
        ],
    )  # fmt: skip
    def test_leftovers_of_markup_are_removed(self, raw: str, clean: str) -> None:
        assert clean_text(raw) == clean

    @pytest.mark.parametrize(
        "text",
        [
            "~50 lamps, from ~141K readers, 5~10 each",
            "for $5 or $10, $5-$10, US$3.5M vs $4M",
            "C_4 and p_d(y|x), VILA^2, S^3c-Math, R^d",
            "if a < b and c > d for each <i> here",
            r"C:\new\table and ~/notes and https://e.org/~ada/x_1",
            "f'' is 5'' wide, don't, rock 'n' roll",
            "R&D; AT&T; {1.03%, 0.78%}",
            r"our \framework framework",
        ],
    )
    def test_ordinary_text_is_left_alone(self, text: str) -> None:
        assert clean_text(text) == text

    @given(st.text(max_size=300))
    def test_cleaning_never_raises_and_leaves_single_blanks(self, text: str) -> None:
        cleaned = clean_text(text)
        assert cleaned == " ".join(cleaned.split())


PIECES = st.sampled_from([
    "AIJul 1, 2024Code", "CLMar 9", "Mar 9", "45", "Novelty52%", "View PDF", "Lamps and Light",
    "Lamps of OldAda Vale, Bo Li et al.",
    "Ada Vale, Bo Li", "Ada Vale", "LightXu Han", LAMPS,
    PAGES, SHORT, "", "  ", "\t", "Results", "(1) a list", "why do lamps flicker at night",
    "et al.", "...",
    r"\cite{a}", "$x$", "GPT-4", "Ada Vale · lab",
    "https://e.org",
    "x" * 700, "A" * 61_000,
])  # fmt: skip


class TestAnyText:
    @given(st.text(max_size=600))
    def test_nothing_raises_on_any_text(self, text: str) -> None:
        looks_like(text)
        outcome(text)

    @settings(max_examples=300, deadline=None)
    @given(st.lists(st.one_of(PIECES, st.text(max_size=40)), max_size=30))
    def test_no_line_is_dropped_in_silence(self, pieces: list[str]) -> None:
        assert_every_line_is_accounted_for("\n".join(piece.replace("\n", " ") for piece in pieces))

    @settings(max_examples=200, deadline=None)
    @given(st.lists(PIECES, max_size=30))
    def test_records_and_failures_never_claim_the_same_whole_line(self, pieces: list[str]) -> None:
        records, failures = outcome("\n".join(pieces))
        lines = [failure.line for failure in failures]
        assert len(lines) == len(set(lines))
        assert all(record.title for record in records)
        assert [record.line for record in records] == sorted(record.line for record in records)

    @pytest.mark.parametrize(
        "line",
        [
            "x" * 10_000_000,
            "a b " * 2_500_000,
            "``$~\\textbf{" * 2_000,
            "aB, " * 7_000,
            "J. " * 9_000,
        ],
    )
    def test_a_hostile_line_takes_no_quadratic_time(self, line: str) -> None:
        began = time.perf_counter()
        outcome("\n".join(["AIJul 1, 2024", line[:480], line, line]))
        assert time.perf_counter() - began < 3

    def test_memory_stays_flat_on_a_long_file(self) -> None:
        entry = stamped("Lamps and LightAda Vale, Bo Li et al.").split("\n")

        def endless(entries: int) -> Iterator[Line]:
            for index in range(entries):
                for text in (*entry, "", *(f"A Line Number {index}", "12", LAMPS) * 3):
                    yield Line(index + 1, text)

        tracemalloc.start()
        papers = sum(isinstance(one, Record) for one in read(endless(300), "long.txt"))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert papers == 1200
        assert peak < 2_000_000

    def test_text_without_end_is_cut_and_the_rest_reported(self) -> None:
        records, failures = outcome(stamped("LampsAda Vale", "\n".join([LAMPS] * 400)))
        (record,) = records
        assert len(record.abstract) < 31_000
        assert {failure.reason for failure in failures} == {"longer than an abstract can be"}
