import { diag, DiagLogLevel } from '@opentelemetry/api';
import { createHandler, Handler } from 'fc-traced';
import type { HandlerOptions, SampleRatio } from 'fc-traced';
import { fakeEvent, fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';
import { resolveConfig } from '../../src/config/config';
import { diagnostics } from '../../src/diagnostics';

class Plain {
  handle(): void {}
}

const logged: string[] = [];
const traces = recordTraces();
beforeAll(() => {
  const log = (message: string): void => void logged.push(message);
  diag.setLogger({ error: log, warn: log, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN);
});
beforeEach(() => {
  diagnostics.messages.clear();
  diagnostics.counts.clear();
  logged.length = 0;
});
afterEach(() => {
  traces.clear();
  delete process.env.TRACED_SAMPLE_RATIO;
  delete process.env.OTEL_TRACES_SAMPLER;
});
afterAll(() => {
  traces.stop();
  diag.disable();
});

const EVENTS = {
  http: fakeEvent('http'),
  timer: fakeEvent('timer'),
  oss: fakeEvent('oss'),
  other: { any: 'thing' },
};

/** Returns which of the events of several triggers are recorded. */
async function recordedBy(options: HandlerOptions, env: Record<string, string> = {}): Promise<string[]> {
  Object.assign(process.env, env);
  const { handler } = createHandler(Plain, options);
  const recorded: string[] = [];
  for (const [name, event] of Object.entries(EVENTS)) {
    await invoke(handler, event);
    if (traces.spans().length > 0) recorded.push(name);
    traces.clear();
  }
  return recorded;
}

test.each<[SampleRatio | undefined, Record<string, string>, string[]]>([
  [{ http: 1, default: 0 }, {}, ['http']],
  [{ http: 0, default: 1 }, {}, ['timer', 'oss', 'other']],
  [{ http: 0 }, {}, ['timer', 'oss', 'other']],
  [{ other: 1, default: 0 }, {}, ['other']],
  [{}, {}, ['http', 'timer', 'oss', 'other']],
  [{ http: undefined, timer: 0 }, {}, ['http', 'oss', 'other']],
  [undefined, { TRACED_SAMPLE_RATIO: '0' }, []],
  [undefined, { TRACED_SAMPLE_RATIO: 'timer=1,default=0' }, ['timer']],
  [undefined, { TRACED_SAMPLE_RATIO: ' Timer = 1 , OSS=1.0, default=0 ' }, ['timer', 'oss']],
  [undefined, { TRACED_SAMPLE_RATIO: 'timer=0' }, ['http', 'oss', 'other']],
  [undefined, { TRACED_SAMPLE_RATIO: 'timer=1', OTEL_TRACES_SAMPLER: 'always_off' }, ['timer']],
  [undefined, { TRACED_SAMPLE_RATIO: '1', OTEL_TRACES_SAMPLER: 'always_off' }, ['http', 'timer', 'oss', 'other']],
  [{ http: 1 }, { TRACED_SAMPLE_RATIO: 'http=0,oss=1,default=0' }, ['http', 'oss']],
  [{ http: 1, default: 0 }, { TRACED_SAMPLE_RATIO: 'oss=1' }, ['http']],
  [{ http: 1 }, { OTEL_TRACES_SAMPLER: 'always_off' }, ['http']],
  [0, { TRACED_SAMPLE_RATIO: '1', OTEL_TRACES_SAMPLER: 'always_on' }, []],
  [(trigger) => (trigger === 'oss' ? 1 : 0), { TRACED_SAMPLE_RATIO: '1' }, ['oss']],
  [(trigger) => (trigger === 'oss' ? 0 : undefined), { TRACED_SAMPLE_RATIO: 'timer=0' }, ['http', 'other']],
])('sampleRatio %j with the environment %j records %j', async (sampleRatio, env, recorded) => {
  expect(await recordedBy(sampleRatio === undefined ? {} : { sampleRatio }, env)).toEqual(recorded);
  expect(logged).toEqual([]);
});

test('a function gets the name of the trigger and the context of FC, and is not called for the trace of a caller', async () => {
  const calls: unknown[][] = [];
  const { handler } = createHandler(Plain, { sampleRatio: (...args) => void calls.push(args) });
  const context = fakeFcContext();
  await invoke(handler, EVENTS.timer, context);
  expect(calls).toEqual([['timer', context]]);
  expect(calls[0]![1]).toBe(context);
  await invoke(handler, EVENTS.http, fakeFcContext({ tracing: { openTracingSpanContext: '1:1:0:0' } }));
  expect(calls).toHaveLength(1);
});

test.each<[string, unknown, string]>([
  [
    'throws',
    () => {
      throw new Error('s3cret');
    },
    'threw',
  ],
  ['returns NaN', () => NaN, 'did not return a ratio from 0 to 1'],
  ['returns 50', () => 50, 'did not return a ratio from 0 to 1'],
  ['returns -0.1', () => -0.1, 'did not return a ratio from 0 to 1'],
  ['returns "1"', () => '1', 'did not return a ratio from 0 to 1'],
  ['returns null', () => null, 'did not return a ratio from 0 to 1'],
  ['returns a promise', async () => 1, 'returned a promise'],
  [
    'returns a rejected promise',
    async () => {
      throw new Error('s3cret');
    },
    'returned a promise',
  ],
])(
  'a function that %s is counted, logged once, and replaced by the ratio of the environment',
  async (_, fn, problem) => {
    const sampleRatio = fn as SampleRatio;
    expect(await recordedBy({ sampleRatio }, { TRACED_SAMPLE_RATIO: 'timer=1,default=0' })).toEqual(['timer']);
    expect(logged).toEqual([`fc-traced: the function sampleRatio ${problem}; the default ratio was used`]);
  },
);

test('a failure of the function is reported on the span of a recorded invocation', async () => {
  const { handler } = createHandler(Plain, { sampleRatio: () => Infinity });
  await invoke(handler);
  expect(traces.spans()[0]!.attributes['fc_traced.telemetry_errors']).toBe(1);
});

test.each<[string, Record<string, number>, string[]]>([
  ['half', {}, ['entry 1 of TRACED_SAMPLE_RATIO is ignored: the ratio of "default" must be a ratio from 0 to 1']],
  [
    '50',
    {},
    [
      'entry 1 of TRACED_SAMPLE_RATIO is ignored: the ratio of "default" must be a ratio from 0 to 1 (50 percent is 0.5)',
    ],
  ],
  [
    'tiemr=1,http=0.5',
    { http: 0.5 },
    ['entry 1 of TRACED_SAMPLE_RATIO is ignored: its name is not a trigger (did you mean "timer"?)'],
  ],
  [
    'http=0.5,cron=1',
    { http: 0.5 },
    ['entry 2 of TRACED_SAMPLE_RATIO is ignored: its name is not a trigger (did you mean "timer"?)'],
  ],
  [
    'http=,oss=0.25',
    { oss: 0.25 },
    ['entry 1 of TRACED_SAMPLE_RATIO is ignored: the ratio of "http" must be a ratio from 0 to 1'],
  ],
  [
    'http=0.5,http=0.6',
    { http: 0.5 },
    ['entry 2 of TRACED_SAMPLE_RATIO is ignored: the ratio of "http" is set twice; the first one is used'],
  ],
  ['0.5,,timer=1,', { default: 0.5, timer: 1 }, []],
  ['http=1=2', {}, ['entry 1 of TRACED_SAMPLE_RATIO is ignored: the ratio of "http" must be a ratio from 0 to 1']],
  ['http=0x1', { http: 1 }, []],
])('TRACED_SAMPLE_RATIO=%s sets %j', (text, ratios, warnings) => {
  const config = resolveConfig({}, { TRACED_SAMPLE_RATIO: text });
  expect(config.sampleRatio.byTrigger).toEqual({ default: 1, ...ratios });
  expect(config.warnings).toEqual(warnings);
});

test('the message for an unknown trigger without a similar name lists the triggers, and not the name', () => {
  const { warnings } = resolveConfig({}, { TRACED_SAMPLE_RATIO: 'S3CR3T-T0K3N-0123456789=1' });
  expect(warnings).toEqual([
    expect.stringMatching(
      /^entry 1 of TRACED_SAMPLE_RATIO is ignored: its name is not a trigger \(the triggers are http, /,
    ),
  ]);
});

test.each<[unknown, string]>([
  [{ tiemr: 1 }, 'an object of ratios by trigger; "tiemr" is not a trigger (did you mean "timer"?).'],
  [{ apigateway: 1 }, 'an object of ratios by trigger; "apigateway" is not a trigger (did you mean "api-gateway"?).'],
  [{ http: 10 }, 'an object of ratios by trigger; "http" must be a ratio from 0 to 1 (10 percent is 0.1), not 10.'],
  [{ http: '1' }, 'an object of ratios by trigger; "http" must be a ratio from 0 to 1, not "1".'],
  [[1], 'a ratio from 0 to 1, not an array.'],
  [null, 'a ratio from 0 to 1, not null.'],
])('sampleRatio %j is rejected', (sampleRatio, message) => {
  expect(() => Handler({ sampleRatio } as object)).toThrow(
    expect.objectContaining({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(`Option "sampleRatio" of @Handler must be ${message}`),
    }),
  );
});

test('the message for a key that is similar to no trigger lists the triggers', () => {
  expect(() => Handler({ sampleRatio: { zzzzzzzzzzzz: 1 } } as object)).toThrow(
    /"zzzzzzzzzzzz" is not a trigger \(the triggers are http, .*, other, default\)\./,
  );
});
