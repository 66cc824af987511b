import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderTraceHtml } from '../../../src/viewer/export';
import { hostileTrace } from '../sample-traces';
import { chromiumInstructions, withoutChromium } from './chromium';
import { ViewerPage } from './viewer-page';

if (withoutChromium) console.warn(`not tested: hostile traces in the viewer. ${chromiumInstructions}`);
const testInBrowser = withoutChromium ? test.skip : test;

const trace = hostileTrace(1, [
  '<script>window.hacked=1</script>',
  '"><img src=x onerror="window.hacked=1">',
  '</script><script>window.hacked=1</script>',
  '</style><svg onload="window.hacked=1">',
  'javascript:window.hacked=1',
  "'};window.hacked=1;//",
  '{{constructor.constructor("window.hacked=1")()}}',
  '${window.hacked=1}',
  '__proto__',
  'constructor',
  '<a href="javascript:window.hacked=1">x</a><iframe srcdoc="<script>parent.hacked=1</script>">',
  'url(https://evil.example/) expression(1);}*{display:none',
  `\u0000\u0007\u001b[31m\r\n\t\u007f\u0085`,
  'admin\u202egnp.exe\u2066x\u2069\u200b\u200d\ufeff',
  '\ud800 lone \udc00',
  'x'.repeat(1_000_000),
  '%00%0a..%2f..%2f',
  '',
]);
const folder = mkdtempSync(join(tmpdir(), 'fc-traced-hostile-'));

let shown: ViewerPage;
beforeAll(async () => {
  if (!withoutChromium) shown = await ViewerPage.open([trace]);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await shown?.close();
});

/** Opens everything that a trace has, and returns what came of it. */
async function visitAll(): Promise<unknown> {
  const { page } = shown;
  await page.waitForSelector('.row');
  for (let row = 0; row < trace.spans.length; row += 1) {
    await shown.press('Home');
    for (let step = 0; step < row; step += 1) await shown.press('j');
    if (row === 0) await shown.press('Enter');
    expect(await page.locator('.details').count()).toBe(1);
  }
  for (const tab of ['2', '3', '4', '5', '1']) {
    await shown.press(tab);
    await page.waitForTimeout(20);
  }
  await shown.press('/');
  await page.keyboard.type('<script>');
  await shown.press('Enter');
  return page.evaluate(() => ({
    hacked: (globalThis as { hacked?: unknown }).hacked,
    elements: [
      ...document.querySelectorAll('body img, body svg [onload], iframe, object, embed, base, form, body style'),
    ].length,
    links: [...document.querySelectorAll('a')].filter((link) => !/^(#|\/api\/)/.test(link.getAttribute('href') ?? '#'))
      .length,
    handlers: [...document.querySelectorAll('*')].filter((element) =>
      [...element.attributes].some(({ name }) => name.startsWith('on')),
    ).length,
    polluted: ({} as Record<string, unknown>)['list'],
    direction: /[\u202a-\u202e\u2066-\u2069]/.test(document.querySelector('.place')?.textContent ?? ''),
  }));
}

const HARMLESS = { hacked: undefined, elements: 0, links: 0, handlers: 0, polluted: undefined, direction: false };

testInBrowser('a trace in which every text is an attack does nothing, and is shown completely', async () => {
  await shown.showTrace(trace.traceId);
  expect(await visitAll()).toEqual(HARMLESS);
  await shown.showList();
  expect(await shown.page.evaluate(() => (globalThis as { hacked?: unknown }).hacked)).toBeUndefined();
  expect(shown.complaints).toEqual([]);
});

testInBrowser('the same holds for the exported file, which needs no server', async () => {
  const file = join(folder, 'trace.html');
  writeFileSync(file, renderTraceHtml(trace));
  await shown.page.goto(`file://${file}`);
  expect(await visitAll()).toEqual(HARMLESS);
  expect(shown.complaints).toEqual([]);
});

testInBrowser('the policy of the page forbids what a mistake would allow', async () => {
  await shown.showTrace(trace.traceId);
  const outcome = await shown.page.evaluate(() => {
    const attempt = (work: () => unknown): string => {
      try {
        work();
        return 'allowed';
      } catch {
        return 'forbidden';
      }
    };
    return {
      innerHTML: attempt(() => (document.createElement('div').innerHTML = '<b>x</b>')),
      script: attempt(() => (document.createElement('script').text = '1')),
      write: attempt(() => document.write('x')),
    };
  });
  expect(outcome).toEqual({ innerHTML: 'forbidden', script: 'forbidden', write: 'forbidden' });
});
