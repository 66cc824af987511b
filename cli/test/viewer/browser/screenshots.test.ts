import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../../../src/samples/child-program';
import { failedTrace, mcpTrace, orderTrace } from '../sample-traces';
import { chromiumInstructions, withoutChromium } from './chromium';
import { ViewerPage } from './viewer-page';

if (withoutChromium) console.warn(`not tested: the screenshots of the viewer. ${chromiumInstructions}`);
const testInBrowser = withoutChromium ? test.skip : test;

// With FC_TRACED_SCREENSHOTS=1, the pictures in the documents are replaced.
const kept = process.env['FC_TRACED_SCREENSHOTS'] === '1';
const folder = kept
  ? join(__dirname, '..', '..', '..', '..', 'docs', 'images')
  : mkdtempSync(join(tmpdir(), 'fc-traced-screenshots-'));

const [cold, warm] = [orderTrace(1, true), orderTrace(2, false)];
const bad = failedTrace(3, warm.traceId);
const mcp = mcpTrace(4);

let shown: ViewerPage;
beforeAll(async () => {
  if (withoutChromium) return;
  const others = Array.from({ length: 60 }, (_, index) =>
    index % 7 === 3
      ? failedTrace(10 + index, warm.traceId)
      : orderTrace(10 + index, index % 13 === 5, (index * 37) % 23),
  );
  shown = await ViewerPage.open([cold, warm, bad, mcp, ...others]);
  mkdirSync(folder, { recursive: true });
});
afterAll(async () => {
  if (!kept) rmSync(folder, { recursive: true });
  await shown?.close();
});

async function showForReadme(): Promise<void> {
  await shown.page.setViewportSize({ width: 960, height: 696 });
  await shown.showTrace(cold.traceId);
}

const SCREENSHOTS: readonly [string, () => Promise<void>][] = [
  ['viewer-list', () => shown.showList()],
  ['viewer-cold-start', () => shown.showTrace(cold.traceId)],
  [
    'viewer-waterfall',
    async () => {
      await shown.showTrace(warm.traceId);
      await shown.page.locator('.row', { hasText: 'POST /orders' }).click();
    },
  ],
  [
    'viewer-waterfall-dark',
    async () => {
      await shown.showTrace(warm.traceId);
      await shown.press('d');
      await shown.page.waitForSelector('html[data-theme=dark]');
      await shown.page.locator('.row', { hasText: 'POST /orders' }).click();
    },
  ],
  ['viewer-error', () => shown.showTrace(bad.traceId).then(() => shown.press('Enter'))],
  [
    'viewer-compare',
    async () => {
      await shown.page.goto(`${shown.viewer.url}/#/compare/${cold.traceId}/${warm.traceId}`);
      await shown.page.waitForSelector('.compare');
    },
  ],
  ['viewer-map', () => shown.showTrace(cold.traceId).then(() => shown.press('3'))],
  ['viewer-mcp', () => shown.showTrace(mcp.traceId).then(() => shown.press('5'))],
  [
    'viewer-chinese',
    async () => {
      await shown.showTrace(cold.traceId);
      await shown.press('L');
      await shown.page.waitForSelector('text=冷启动');
    },
  ],
  // The picture of the README, in both color schemes. The package contains it, so it is small.
  ['trace-light', () => showForReadme()],
  [
    'trace-dark',
    async () => {
      await showForReadme();
      await shown.press('d');
      await shown.page.waitForSelector('html[data-theme=dark]');
    },
  ],
  [
    'viewer-phone',
    async () => {
      await shown.page.setViewportSize({ width: 390, height: 780 });
      await shown.showTrace(cold.traceId);
    },
  ],
];

testInBrowser.each(SCREENSHOTS)('%s.png is a picture of the viewer', async (name, show) => {
  await shown.page.setViewportSize({ width: 1180, height: 660 });
  await shown.showList();
  await shown.page.evaluate(() => localStorage.clear());
  await show();
  // Charts and lists of the page have settled when two frames have passed.
  await shown.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await shown.page.mouse.move(0, 0);
  const file = join(folder, `${name}.png`);
  await shown.page.screenshot({ path: file, animations: 'disabled' });
  if (kept && findProgram('pngquant') !== undefined && name.startsWith('trace-')) {
    execFileSync('pngquant', ['32', '--nofs', '--strip', '--force', '--output', file, file]);
  }
  if (kept && findProgram('optipng') !== undefined) execFileSync('optipng', ['-quiet', '-strip', 'all', '-o2', file]);
  expect(statSync(file).size).toBeGreaterThan(10_000);
  expect(shown.complaints).toEqual([]);
});
