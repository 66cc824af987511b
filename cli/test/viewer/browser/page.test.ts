import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failedTrace, orderTrace } from '../sample-traces';
import { chromiumInstructions, withoutChromium } from './chromium';
import { ViewerPage } from './viewer-page';

if (withoutChromium) console.warn(`not tested: the page of the viewer. ${chromiumInstructions}`);
const testInBrowser = withoutChromium ? test.skip : test;

const [cold, warm] = [orderTrace(1, true), orderTrace(2, false)];
const bad = failedTrace(3, warm.traceId);
const folder = mkdtempSync(join(tmpdir(), 'fc-traced-page-'));

let shown: ViewerPage;
beforeEach(async () => {
  if (!withoutChromium) shown = await ViewerPage.open([cold, warm]);
});
afterEach(async () => {
  await shown?.close();
  expect(shown?.complaints ?? []).toEqual([]);
});
afterAll(() => rmSync(folder, { recursive: true }));

testInBrowser('a trace that arrives appears in the list, and spans that arrive appear in the open trace', async () => {
  await shown.showList();
  await shown.page.waitForSelector('.live:not(.off):not(:empty)');
  const [root, ...others] = bad.spans;
  shown.viewer.add({ spans: [root!] });
  await shown.page.locator('.trace-name a', { hasText: 'InvokeFunction' }).click();
  await shown.page.waitForSelector('.row');
  shown.viewer.add({ spans: others, logs: bad.logs ?? [] });
  await shown.page.locator('.row', { hasText: 'Stock.reserve' }).waitFor();
  expect(await shown.page.locator('.row').count()).toBe(bad.spans.length);
});

testInBrowser('all rows of a small trace are in the document, so that the browser finds them', async () => {
  await shown.page.setViewportSize({ width: 1000, height: 420 });
  await shown.showTrace(cold.traceId);
  expect(await shown.page.locator('.row').count()).toBe(cold.spans.length);
  const found = await shown.page.evaluate(() => {
    const find = (globalThis as unknown as { find(text: string): boolean }).find('Ledger.book');
    return { find, selection: String(getSelection()) };
  });
  expect(found).toEqual({ find: true, selection: 'Ledger.book' });
});

testInBrowser('the log records of a span and of those below it are beside the waterfall', async () => {
  await shown.showTrace(warm.traceId);
  await shown.page.locator('.row', { hasText: 'POST /orders' }).click();
  expect(await shown.texts('.details .log-table .body')).toEqual([
    'order 4711 received: 2 teapots',
    'the payment provider is slow: retrying once',
    'order 4711 placed',
  ]);
});

testInBrowser.each(['.html', '.otlp.json'])('an exported %s file is opened again', async (form) => {
  await shown.showTrace(warm.traceId);
  await shown.page.locator('.menu summary').click();
  const download = shown.page.waitForEvent('download');
  await shown.page.locator(`.menu a[href$="${form}"]`).click();
  const file = join(folder, `trace${form}`);
  await (await download).saveAs(file);
  expect(readFileSync(file, 'utf8')).toContain(warm.traceId);

  shown.viewer.traces.clear();
  await shown.page.goto(shown.viewer.url);
  await shown.page.waitForSelector('.empty pre');
  const chooser = shown.page.waitForEvent('filechooser');
  await shown.press('o');
  await (await chooser).setFiles(file);
  await shown.page.waitForSelector('.row');
  expect(await shown.page.locator('.row').count()).toBe(warm.spans.length);
  const spans = shown.viewer.traces.get(warm.traceId)?.spans ?? [];
  expect(spans.toSorted((a, b) => a.spanId.localeCompare(b.spanId))).toEqual(warm.spans);
});

testInBrowser('a file that is no trace is reported', async () => {
  await shown.showList();
  writeFileSync(join(folder, 'no.json'), 'no trace');
  const chooser = shown.page.waitForEvent('filechooser');
  await shown.press('o');
  await (await chooser).setFiles(join(folder, 'no.json'));
  await shown.page.locator('.notice.error', { hasText: 'could not be read' }).waitFor();
  // The browser itself logs the status 400.
  shown.complaints.length = 0;
});

testInBrowser('the list is searched over all fields, and filtered by a bar of the histogram', async () => {
  shown.viewer.add(bad);
  await shown.showList();
  await shown.press('/');
  await shown.page.keyboard.type('order.quantity=500');
  await shown.page.waitForFunction(() => document.querySelectorAll('.traces tbody tr').length === 1);
  await shown.page.keyboard.press('Control+A');
  await shown.page.keyboard.press('Delete');
  await shown.page.waitForFunction(() => document.querySelectorAll('.traces tbody tr').length === 3);
  await shown.page.locator('.column:enabled').last().click();
  expect(await shown.texts('.traces .badge.cold')).toHaveLength(1);
  expect(await shown.texts('.traces tbody tr')).toHaveLength(1);
});

testInBrowser('on a phone, nothing is wider than the screen', async () => {
  await shown.page.setViewportSize({ width: 390, height: 780 });
  await shown.showTrace(cold.traceId);
  const width = () => shown.page.evaluate(() => document.documentElement.scrollWidth);
  expect(await width()).toBe(390);
  await shown.page.locator('.row').first().click();
  expect(await width()).toBe(390);
  await shown.showList();
  expect(await width()).toBe(390);
});
