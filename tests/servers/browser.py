"""A real headless browser for tests of pages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.remote.webdriver import WebDriver

_FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--lang=en-GB"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1280,1000"),
)


@contextmanager
def browser(profile: Path) -> Iterator[WebDriver]:
    """Chromium with a profile of its own, which is kept in the folder `profile`."""
    program, chauffeur = shutil.which("chromium"), shutil.which("chromedriver")
    lacking = "these tests need the packages chromium and chromium-driver"
    assert program, lacking
    assert chauffeur, lacking
    options = Options()
    options.binary_location = program
    for flag in (*_FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    running = webdriver.Chrome(options=options, service=Service(chauffeur))
    try:
        yield running
    finally:
        running.quit()
