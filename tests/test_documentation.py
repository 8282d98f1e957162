"""What the documents say of names can be checked: variables, links, and that each page is found."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = [*ROOT.glob("*.md"), *DOCS.glob("**/*.md"), ROOT / "client-app" / "README.md"]
VARIABLE = re.compile(r'\benv\.\w+\(\s*"([A-Z_]+)"')
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")


def links_of(page: Path) -> set[Path]:
    """Return the files that a page links to."""
    targets = [link for link in LINK.findall(page.read_text()) if not link.startswith("http")]
    return {(page.parent / target).resolve() for target in targets}


def test_every_variable_of_the_environment_is_documented():
    sources = (ROOT / "config" / "settings").glob("*.py")
    read = {name for source in sources for name in VARIABLE.findall(source.read_text())}
    documented = set(re.findall(r"`([A-Z_]+)`", (DOCS / "configuration.md").read_text()))

    assert "DATABASE_URL" in read
    assert read - documented == set()


def test_every_link_leads_somewhere():
    dead = {
        (page.name, str(link)) for page in PAGES for link in links_of(page) if not link.exists()
    }

    assert dead == set()


def test_every_page_and_picture_of_the_docs_is_linked_from_somewhere():
    linked = {link for page in PAGES for link in links_of(page)}
    kept = {*DOCS.glob("*.md"), *(DOCS / "images").iterdir()}

    assert kept - linked == set()
