import { failedTrace, largeTrace, mcpTrace, orderTrace } from '../sample-traces';
import { chromiumInstructions, withoutChromium } from './chromium';
import { ViewerPage } from './viewer-page';

if (withoutChromium) console.warn(`not tested: the viewer with the keyboard. ${chromiumInstructions}`);
const testInBrowser = withoutChromium ? test.skip : test;

const [cold, warm] = [orderTrace(1, true), orderTrace(2, false)];
const bad = failedTrace(3, warm.traceId);
const mcp = mcpTrace(4);
const large = largeTrace(5, 2_000);

let shown: ViewerPage;
beforeAll(async () => {
  if (!withoutChromium) shown = await ViewerPage.open([cold, warm, bad, mcp, large]);
});
afterAll(() => shown?.close());
afterEach(() => expect(shown?.complaints ?? []).toEqual([]));

testInBrowser('the list is filtered by errors, and the trace is opened', async () => {
  await shown.showList();
  await shown.press('e');
  await expect(shown.texts('.trace-name a')).resolves.toEqual(['batch process', 'assistant', 'orders process']);
  await shown.press('j', 'j', 'j', 'Enter');
  await shown.page.waitForSelector('.row');
  expect(new URL(shown.page.url()).hash).toBe(`#/trace/${bad.traceId}`);
  await shown.press('g');
  await shown.page.waitForSelector('.traces');
  await shown.press('e');
});

testInBrowser('an open trace shows its deepest error first, and e goes to the others', async () => {
  await shown.showTrace(bad.traceId);
  expect(await shown.selected()).toBe('Stock.reserve');
  await shown.press('e');
  expect(await shown.selected()).toBe('orders process');
  await shown.press('E', 'Enter');
  expect(await shown.selected()).toBe('Stock.reserve');
  expect(await shown.page.locator('.details .notice.error').innerText()).toBe(
    '500 of teapot were ordered, 10 are left',
  );
  await shown.press('Escape');
  expect(await shown.page.locator('.details').count()).toBe(0);
});

testInBrowser('the critical path is walked, and shown alone', async () => {
  await shown.showTrace(warm.traceId);
  await shown.press('Home', 'c', 'c', 'c');
  expect(await shown.selected()).toBe('Orders.validate');
  await shown.press('C');
  const names = await shown.texts('.row .label');
  expect(names).toContain('Ledger.book');
  await shown.showTrace(cold.traceId);
  await shown.press('C');
  expect(await shown.texts('.row .label')).not.toContain('load modules');
});

testInBrowser('an attribute is searched in a large trace, and its matches are visited and shown alone', async () => {
  await shown.showTrace(large.traceId);
  await shown.press('/');
  await shown.page.keyboard.type('record.index=77');
  await shown.press('Enter');
  expect(await shown.selected()).toBe('record process');
  expect(await shown.page.locator('.find-box output').innerText()).toBe('1 of 1');
  await shown.press('m');
  expect(await shown.texts('.row .label')).toEqual(['batch process', 'record process']);
  await shown.press('m', '/');
  await shown.page.keyboard.type('is:error');
  await shown.press('Enter', 'n');
  expect(await shown.selected()).toBe('UPDATE stock');
  await shown.press('Escape', 'Escape');
  expect(await shown.page.locator('.find-box input[type=search]').inputValue()).toBe('');
});

testInBrowser('spans are collapsed, expanded and zoomed', async () => {
  await shown.showTrace(warm.traceId);
  const count = () => shown.page.locator('.row').count();
  await shown.press('[');
  expect(await count()).toBe(1);
  await shown.press('ArrowRight', 'ArrowRight', 'ArrowRight');
  expect(await shown.selected()).toBe('Invocation');
  await shown.press(']');
  expect(await count()).toBe(warm.spans.length);
  await shown.press('End', 'z');
  expect(await shown.texts('.axis span')).not.toContain('0 ms');
  await shown.press('0');
  expect(await shown.texts('.axis span')).toContain('0 ms');
  await shown.press('ArrowLeft');
  expect(await shown.selected()).toBe('POST /orders');
});

testInBrowser('links are followed to the producer, and back from it', async () => {
  await shown.showTrace(bad.traceId);
  await shown.press('k', 'k', 'k', 'f');
  await shown.page.waitForSelector('.details');
  expect(await shown.selected()).toBe('POST /charge');
  const back = shown.page.locator('.details .link-target a');
  expect(await back.innerText()).toBe('orders process · orders');
  await back.focus();
  await shown.press('Enter');
  await shown.page.waitForSelector('.details .notice.error');
  expect(await shown.selected()).toBe('orders process');
});

testInBrowser('two traces are marked and compared', async () => {
  await shown.showTrace(cold.traceId);
  await shown.press('x');
  await shown.page.waitForSelector('.traces tbody tr');
  await shown.press('Home', 'j', 'j', 'j', 'x');
  await shown.page.waitForSelector('.compare');
  expect(await shown.texts('.compare tr.removed .label')).toContain('RuntimeInitialization');
  expect(await shown.texts('.compare tr.added')).toEqual([]);
});

testInBrowser('the tabs, the help, the language and the theme have keys', async () => {
  await shown.showTrace(mcp.traceId);
  await shown.press('5');
  expect((await shown.texts('.mcp td')).join(' ')).toContain('Atlantis');
  await shown.press('2', '?');
  expect(await shown.page.locator('dialog.help kbd').count()).toBeGreaterThan(40);
  await shown.press('Escape');
  await shown.page.locator('dialog.help').waitFor({ state: 'detached' });
  await shown.press('L');
  await shown.page.waitForSelector('text=自身耗时');
  await shown.press('L', 'd');
  await shown.page.waitForSelector('html[data-theme=dark]');
  await shown.press('d');
});
