import { largeTrace } from '../sample-traces';
import { chromiumInstructions, withoutChromium } from './chromium';
import { ViewerPage } from './viewer-page';

if (withoutChromium) console.warn(`not tested: the speed of the viewer. ${chromiumInstructions}`);
const testInBrowser = withoutChromium ? test.skip : test;

// `.ci/run` runs this alone, and then these are the goals. Beside other tests, only a much slower viewer fails.
const alone = process.env['FC_TRACED_REQUIRE_CHROMIUM'] === '1';
const OPEN_MS = alone ? 2_000 : 20_000;
const FRAME_MS = alone ? 50 : 500;
const SPANS = 20_000;

const trace = largeTrace(1, SPANS);
let shown: ViewerPage;
beforeAll(async () => {
  if (!withoutChromium) shown = await ViewerPage.open([trace]);
});
afterAll(() => shown?.close());

testInBrowser(`a trace with 20,000 spans is open in less than ${OPEN_MS} ms`, async () => {
  const times: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const started = performance.now();
    await shown.showTrace(trace.traceId);
    times.push(performance.now() - started);
  }
  console.log(`opened in ${times.map(Math.round).join(', ')} ms`);
  expect(Math.min(...times)).toBeLessThan(OPEN_MS);
  expect(await shown.page.locator('.row').count()).toBeLessThan(100);
});

/** The durations of the frames while the waterfall is scrolled by half a screen in each, in order of their length. */
async function scroll(): Promise<number[]> {
  const frames = await shown.page.evaluate(async () => {
    const grid = document.querySelector('.waterfall')!;
    const durations: number[] = [];
    let last = await new Promise<number>(requestAnimationFrame);
    for (let frame = 0; frame < 200; frame += 1) {
      grid.scrollTop = grid.scrollHeight / 3 + frame * 300;
      const now = await new Promise<number>(requestAnimationFrame);
      durations.push(now - last);
      last = now;
    }
    return durations;
  });
  return frames.toSorted((a, b) => a - b);
}

testInBrowser(`while it is scrolled, 95 % of the frames take less than ${FRAME_MS} ms`, async () => {
  await shown.showTrace(trace.traceId);
  const p95 = async (): Promise<number> => (await scroll())[190]!;
  // The fastest of three rounds: other programs may run as well.
  const rounds = [await p95(), await p95(), await p95()];
  console.log(`95 % of the frames in ${rounds.map(Math.round).join(', ')} ms`);
  expect(Math.min(...rounds)).toBeLessThan(FRAME_MS);
});

testInBrowser('all 20,000 spans are searched, and the last match is shown', async () => {
  await shown.showTrace(trace.traceId);
  await shown.press('Home', '/');
  await shown.page.keyboard.type('select');
  await shown.press('Enter', 'p');
  expect(await shown.page.locator('.find-box output').innerText()).toBe('5,000 of 5,000');
  expect(await shown.selected()).toBe('SELECT stock');
  expect(shown.complaints).toEqual([]);
});
