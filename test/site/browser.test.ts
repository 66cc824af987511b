import type { AxeResults } from 'axe-core';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { SitePage } from './site-page';
import { built, pagesOfSite, siteRequired } from './site-server';

const describeSite = siteRequired ? describe : describe.skip;
const hasChinese = siteRequired && pagesOfSite().includes('/zh-CN/index.html');
const testChinese = hasChinese ? test : test.skip;

let site: SitePage;
beforeAll(async () => {
  if (siteRequired) site = await SitePage.open();
}, 60_000);
afterAll(() => site?.close());

describeSite('the documentation site in Chromium', () => {
  beforeEach(async () => {
    site.complaints.length = 0;
    await site.page.setViewportSize({ width: 1280, height: 800 });
    await site.page.goto(site.url);
    await site.page.evaluate('localStorage.clear()');
  });
  afterEach(() => expect(site.complaints).toEqual([]));

  test('no page is wider than a phone or a laptop, reports an error, or makes a request elsewhere', async () => {
    const wide: unknown[] = [];
    for (const page of pagesOfSite()) {
      await site.page.setViewportSize({ width: 1280, height: 800 });
      await site.show(page);
      for (const width of [1280, 390]) {
        await site.page.setViewportSize({ width, height: 800 });
        const { pixels, by } = await site.overflow();
        if (pixels > 0) wide.push({ page, width, pixels, by });
      }
    }
    expect(wide).toEqual([]);
    expect(pagesOfSite().length).toBeGreaterThan(40);
  }, 300_000);

  /** Searches, and returns the titles of the results. */
  async function search(words: string): Promise<string[]> {
    await site.page.keyboard.press('Control+k');
    await site.page.locator('.VPLocalSearchBox input').fill(words);
    await site.page.locator('.VPLocalSearchBox .result').first().waitFor();
    return site.page.locator('.VPLocalSearchBox .result').allInnerTexts();
  }

  test('the search finds an option, and Enter opens its description', async () => {
    await site.show('/');
    const results = await search('flushTimeoutMillis');
    expect(results.length).toBeGreaterThan(2);
    await site.page.locator('.VPLocalSearchBox .result[href*="options"]').first().click();
    await site.page.waitForURL(/\/reference\/options\.html#flushtimeoutmillis$/);
  });

  test('the search finds words that are in the text only', async () => {
    await site.show('/reference/errors.html');
    expect((await search('circular import')).join('\n')).toContain('INVALID_TARGET');
  });

  testChinese('the search finds a Chinese word', async () => {
    await site.show('/zh-CN/');
    await search('冷启动');
    // In the README, too, whose file is not in the folder of the language.
    expect(await site.page.locator('.VPLocalSearchBox .result[href^="/zh-CN/#"]').count()).toBeGreaterThan(0);
    expect(await site.page.locator('.VPLocalSearchBox .result:not([href^="/zh-CN/"])').count()).toBe(0);
  });

  testChinese('the language switch leads to the same page, or else to the first page of the language', async () => {
    const switchTo = async (language: string): Promise<void> => {
      await site.page.locator('.VPNavBarTranslations button').click();
      await site.page.locator('.VPNavBarTranslations a', { hasText: language }).click();
    };
    await site.show('/');
    await switchTo('简体中文');
    await site.page.waitForURL(/\/zh-CN\/$/);
    expect(await site.page.evaluate('document.documentElement.lang')).toBe('zh-CN');
    await switchTo('English');
    await site.page.waitForURL(`${site.url}/`);
    await site.show('/architecture.html');
    await switchTo('简体中文');
    await site.page.waitForURL(/\/zh-CN\/$/);
  });

  test('the dark mode is kept on the next page', async () => {
    const background = async (): Promise<unknown> =>
      site.page.evaluate('getComputedStyle(document.body).backgroundColor');
    await site.show('/');
    const light = await background();
    await site.page.locator('.VPNavBarAppearance .VPSwitchAppearance').click();
    await site.page.waitForSelector('html.dark');
    expect(await background()).not.toBe(light);
    await site.show('/traced.html');
    await site.page.waitForSelector('html.dark');
  });

  test('a picture is not wider than the text', async () => {
    await site.page.setViewportSize({ width: 390, height: 800 });
    await site.show('/viewer.html');
    const widths = (await site.page.evaluate(
      '[...document.querySelectorAll(".vp-doc img")].map((image) => image.getBoundingClientRect().width)',
    )) as number[];
    expect(widths.length).toBeGreaterThan(3);
    expect(widths.filter((width) => width > 390)).toEqual([]);
  });

  test('a link to a file of the repository shows its text', async () => {
    const response = await site.page.request.get(`${site.url}/files/docs/backends/gateway.yaml.txt`);
    expect(await response.text()).toBe(readFileSync(path.join(built, '..', '..', 'backends', 'gateway.yaml'), 'utf8'));
  });

  /** The serious findings of axe-core, with the elements that they are about. */
  async function findings(where: string): Promise<string[]> {
    await site.page.evaluate(readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'));
    const { violations } = (await site.page.evaluate("axe.run({ resultTypes: ['violations'] })")) as AxeResults;
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) =>
        nodes.map(({ html, target }) => `${where}: ${id}: ${String(target)}: ${html.slice(0, 140)}`),
      );
  }

  const PAGES = ['/', '/traced.html', '/reference/server.html', '/backends/collector.html'];
  test.each(hasChinese ? [...PAGES, '/zh-CN/'] : PAGES)(
    'axe-core has no serious finding in %s, light, dark and on a phone',
    async (page) => {
      await site.show(page);
      const found = await findings('light');
      await site.page.evaluate('document.documentElement.classList.add("dark")');
      found.push(...(await findings('dark')));
      await site.page.setViewportSize({ width: 390, height: 800 });
      found.push(...(await findings('phone')));
      expect(found).toEqual([]);
    },
    120_000,
  );

  test('axe-core has no serious finding in the search', async () => {
    await site.show('/reference/server.html');
    await search('trace');
    expect(await findings('search')).toEqual([]);
  }, 120_000);
});
