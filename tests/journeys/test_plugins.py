"""What an owner reads about plugins that do not run, in their language."""

import pytest
from playwright.async_api import expect

from salon.plugin import Plugin, PluginConfig, hookimpl
from salon.testing import Person
from salon.testing.browser import Browsers, Visitor, barriers


class LockedPlugin(Plugin[PluginConfig]):
    """Finds no key."""

    name = "locked"

    @hookimpl
    async def startup(self) -> None:
        raise RuntimeError("no key")


@pytest.mark.browser
@pytest.mark.plugin.with_args(LockedPlugin)
async def test_an_owner_reads_in_french_why_a_plugin_does_not_run(
    browsers: Browsers, owner: Person
) -> None:
    browser = await browsers.browser()
    visitor = await Visitor.open(browser, owner.url, strict=True, locale="fr-FR")
    await visitor.sign_in(owner.handle, owner.password, at="/admin/plugins")
    row = visitor.page.get_by_role("listitem").filter(has_text="locked")
    await expect(row).to_contain_text("Elle a échoué au démarrage.")
    await expect(row.locator('code[lang="en"]')).to_contain_text("startup: RuntimeError: no key")
    assert await barriers(visitor.page) == []
    assert visitor.complaints == []
