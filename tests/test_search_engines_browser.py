"""What search engines read, in a real browser: data that no policy forbids and nobody runs."""

import json

import pytest

pytestmark = pytest.mark.browser

WATCH = """
    window.refused = [];
    document.addEventListener("securitypolicyviolation", one => refused.push(one.blockedURI));
"""
INSERT = "const one = document.createElement('script'); one.text = '1'; document.body.append(one)"


def test_the_data_of_a_product_passes_the_policy_that_forbids_scripts(shop, browser):
    context = browser.new_context(base_url=shop.address)
    context.add_init_script(WATCH)
    page = context.new_page()

    page.goto("/products/1/", wait_until="networkidle")
    blocks = page.locator("script[type='application/ld+json']").all_text_contents()
    refused = page.evaluate("refused")
    page.evaluate(INSERT)
    page.wait_for_function("refused.length > 0")

    assert [json.loads(block)["@type"] for block in blocks] == ["Product", "BreadcrumbList"]
    assert refused == []
    assert page.evaluate("refused") == ["inline"]
    context.close()
