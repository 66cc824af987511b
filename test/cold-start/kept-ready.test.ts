import { COLD_ROOT, inColdProcess } from './first-call';

// The time for which the instance is ready is simulated by moving the clock.

test.each([
  ['after its initializer', 'await initialize(fakeFcContext()); later(11_000);'],
  ['after its modules were loaded, without an initializer', 'await nothing(); later(11_000);'],
  [
    'while one of its clocks was stopped',
    'await initialize(fakeFcContext()); const { now } = Date; Date.now = () => now() + 11_000;',
  ],
])(
  'the first call of an instance that was ready for more than ten seconds %s is no cold start',
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

test('a call nine seconds after the initializer is a cold start, which does not include the waiting time', async () => {
  const result = await inColdProcess<{ tree: string; waited: number }>(`
    const { initialize, handler } = create();
    await initialize(fakeFcContext());
    later(9_000);
    await invoke(handler);
    const [start, call] = ['cold start', 'shop'].map((name) => spans.find((span) => span.name === name));
    report({ tree: trees()[0], waited: Number(call.startNanos - start.endNanos) / 1e6 });
  `);
  expect(result.tree).toContain('cold start');
  expect(result.waited).toBeGreaterThan(8_900);
});

test('a process that the platform started in advance is not part of the cold start', async () => {
  expect(
    await inColdProcess(
      'await invoke(create().handler); report(trees());',
      `
    const { now } = performance;
    performance.now = () => now.call(performance) + 11_000;
  `,
    ),
  ).toEqual([COLD_ROOT.replace('├─ start process\n', '')]);
});

test('with recordTraces, the first call is a cold start at any time', async () => {
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
