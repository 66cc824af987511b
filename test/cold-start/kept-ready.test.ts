import { COLD_ROOT, inColdProcess } from './first-call';

// Time is moved on by moving the clock: the instance stands ready meanwhile.

test.each([
  ['after its initializer', 'await initialize(fakeFcContext()); later(11_000);'],
  ['after its modules were loaded, without an initializer', 'await nothing(); later(11_000);'],
  [
    'while one of its clocks stood still',
    'await initialize(fakeFcContext()); const { now } = Date; Date.now = () => now() + 11_000;',
  ],
])(
  'an instance that stood ready for more than ten seconds %s was started for nobody: no cold start',
  async (_when, wait) => {
    expect(
      await inColdProcess(`
    const { initialize, handler } = create();
    ${wait}
    await invoke(handler);
    report(trees());
  `),
    ).toEqual([['shop  faas.coldstart=false', '└─ Shop.take'].join('\n')]);
  },
);

test('nine seconds after the initializer a call may have waited: a cold start, and the wait is no part of it', async () => {
  const seen = await inColdProcess<{ tree: string; waited: number }>(`
    const { initialize, handler } = create();
    await initialize(fakeFcContext());
    later(9_000);
    await invoke(handler);
    const [start, call] = ['cold start', 'shop'].map((name) => spans.find((span) => span.name === name));
    report({ tree: trees()[0], waited: Number(call.startNanos - start.endNanos) / 1e6 });
  `);
  expect(seen.tree).toContain('cold start');
  expect(seen.waited).toBeGreaterThan(8_900);
});

test('a process that the platform kept ready for a function is no part of its cold start', async () => {
  expect(
    await inColdProcess(
      'await invoke(create().handler); report(trees());',
      `
    const { now } = performance;
    performance.now = () => now.call(performance) + 11_000;
  `,
    ),
  ).toEqual([COLD_ROOT.replace('│  ├─ start process\n', '')]);
});

test('in a test’s process the first call is a cold start, however long it was in coming', async () => {
  expect(
    await inColdProcess(`
    const traces = recordTraces();
    const { handler } = create();
    await nothing();
    later(60_000);
    await invoke(handler);
    report(traces.spans().map(({ attributes }) => attributes['faas.coldstart']));
    traces.stop();
  `),
  ).toEqual([null, true]);
});
