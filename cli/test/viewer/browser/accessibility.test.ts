import { readFileSync } from 'node:fs';
import type { AxeResults } from 'axe-core';
import { failedTrace, mcpTrace, orderTrace } from '../sample-traces';
import { chromiumInstructions, withoutChromium } from './chromium';
import { ViewerPage } from './viewer-page';

if (withoutChromium) console.warn(`not tested: the accessibility of the viewer. ${chromiumInstructions}`);
const testInBrowser = withoutChromium ? test.skip : test;

const [cold, warm] = [orderTrace(1, true), orderTrace(2, false)];
const bad = failedTrace(3, warm.traceId);
const mcp = mcpTrace(4);

let shown: ViewerPage;
beforeAll(async () => {
  if (withoutChromium) return;
  shown = await ViewerPage.open([cold, warm, bad, mcp], { bypassCSP: true });
});
afterAll(() => shown?.close());

/** The serious findings of axe-core, with the elements that they are about. */
async function findings(): Promise<string[]> {
  await shown.page.evaluate(readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'));
  const { violations } = (await shown.page.evaluate('axe.run()')) as AxeResults;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}

const VIEWS: readonly [string, () => Promise<void>][] = [
  ['the list', () => shown.showList()],
  ['the waterfall', () => shown.showTrace(cold.traceId)],
  [
    'the waterfall with details and a search',
    async () => {
      await shown.showTrace(bad.traceId);
      await shown.press('Enter', '/');
      await shown.page.keyboard.type('stock');
      await shown.press('Enter');
    },
  ],
  ['the totals', async () => shown.showTrace(cold.traceId).then(() => shown.press('2'))],
  ['the map', async () => shown.showTrace(cold.traceId).then(() => shown.press('3'))],
  ['the logs', async () => shown.showTrace(cold.traceId).then(() => shown.press('4'))],
  ['the MCP sessions', async () => shown.showTrace(mcp.traceId).then(() => shown.press('5'))],
  ['the help', async () => shown.showTrace(cold.traceId).then(() => shown.press('?'))],
  [
    'the comparison',
    async () => {
      await shown.page.goto(`${shown.viewer.url}/#/compare/${cold.traceId}/${warm.traceId}`);
      await shown.page.waitForSelector('.compare');
    },
  ],
];

testInBrowser.each(VIEWS)('axe-core has no serious finding in %s, light and dark', async (_name, show) => {
  await show();
  expect(await findings()).toEqual([]);
  await shown.page.evaluate(() => (document.documentElement.dataset['theme'] = 'dark'));
  expect(await findings()).toEqual([]);
});
