import { join } from 'node:path';
import { fakeEvent } from 'fc-traced/testing';
import { runs } from '../../../test/soak';
import { TRIGGER_NAMES } from '../../src/functions/trigger-names';
import { eventOf } from '../../src/run/event-source';
import { runCli, startCli } from '../cli-process';
import type { CliResult } from '../cli-process';

const plain = join(__dirname, 'functions', 'plain');
const samples = join(__dirname, '..', '..', '..', 'samples');
const hello = join(samples, 'dist', 'hello', 'handler.js');

interface JsonCall {
  readonly ok: boolean;
  readonly status?: number;
  readonly body: string;
  readonly error?: { readonly errorMessage: string; readonly errorType?: string };
  readonly coldStart: boolean;
  readonly traceId?: string;
  readonly logs: readonly string[];
  readonly spans: readonly { readonly name: string; readonly traceId: string; readonly parentSpanId?: string }[];
}

const callsOf = ({ stdout }: CliResult): JsonCall[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as JsonCall);

/** Runs a function of the file with functions without tracing. */
const runPlain = (method: string, ...args: string[]): Promise<CliResult> =>
  runCli(['run', `${plain}.${method}`, '--format', 'json', ...args]);

test('run prints the answer, and the trace with FC’s spans on top, and ends by itself', async () => {
  const { code, stdout, stderr, left } = await runCli(['run', hello, '-e', '{"name":"world"}']);
  expect({ code, stderr, left }).toEqual({ code: 0, stderr: '', left: [] });
  expect(stdout).toMatch(/^call {2}response {2}Hello world {2}\d+ ms, cold start\n/);
  for (const line of ['InvokeFunction', '├─ Initializer', '└─ Invocation', '   └─ Greeter.greet']) {
    expect(stdout).toContain(line);
  }
  expect(stdout).not.toContain('\u001b');
});

test('--repeat makes warm calls, --concurrency makes calls in several instances, and a summary follows', async () => {
  const { code, stdout } = await runCli(['run', hello, '-e', '{"name":"x"}', '--repeat', '12', '--concurrency', '2']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^12 calls: 12 ok, 0 failed, 2 cold starts; median \d+ ms, .*; 2 calls not shown$/m);
  expect(stdout.match(/^call \d+ {2}response/gm)).toHaveLength(10);
});

test('--format json has one line for each call, --format otlp one line for each trace', async () => {
  const json = callsOf(await runCli(['run', hello, '-e', '{"name":"x"}', '--repeat', '2', '--format', 'json']));
  expect(json.map(({ ok, body, coldStart }) => ({ ok, body, coldStart }))).toEqual([
    { ok: true, body: 'Hello x', coldStart: true },
    { ok: true, body: 'Hello x', coldStart: false },
  ]);
  for (const { spans, traceId } of json) {
    expect(spans.map(({ name }) => name)).toEqual(expect.arrayContaining(['InvokeFunction', 'hello', 'Greeter.greet']));
    expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
  }
  const { stdout } = await runCli(['run', hello, '-e', '{"name":"x"}'], { TRACED_CLI_FORMAT: 'otlp' });
  const { resourceSpans } = JSON.parse(stdout) as { resourceSpans: object[] };
  expect(resourceSpans).toHaveLength(2);
});

const TRIGGERS = ['tablestore', ...TRIGGER_NAMES].slice(0, runs({ short: 1, long: TRIGGER_NAMES.length + 1 }));

test.each(TRIGGERS)('--trigger %s calls with an event of this trigger', async (trigger) => {
  const [call] = callsOf(await runPlain('raw', '--trigger', trigger));
  expect(call).toMatchObject({ ok: true });
  expect(call!.body.length).toBeGreaterThan(40);
});

test.each(TRIGGER_NAMES)('the event of the trigger %s is what fakeEvent returns', (trigger) => {
  const event: unknown = fakeEvent(trigger);
  expect(eventOf(trigger, undefined)).toEqual(Buffer.isBuffer(event) ? event : Buffer.from(JSON.stringify(event)));
});

test('-e changes fields of the event of a trigger, is read from standard input, and is the body of --http', async () => {
  const event = '{"events":[{"oss":{"object":{"key":"a.png"}}}]}';
  const [oss] = callsOf(await runPlain('raw', '--trigger', 'oss', '-e', event));
  expect(JSON.parse(oss!.body)).toMatchObject({
    events: [{ eventSource: 'acs:oss', oss: { object: { key: 'a.png' } } }],
  });
  const input = startCli(['run', `${plain}.raw`, '--format', 'json', '-e', '-'], {}, '[1]');
  expect(callsOf(await input.ended)[0]!.body).toBe('[1]');
  const [http] = callsOf(await runPlain('handler', '--http', 'post /orders?limit=2', '-e', '{"a":1}'));
  expect(http).toMatchObject({ ok: true, status: 200 });
  expect(JSON.parse(http!.body).event).toMatchObject({
    rawPath: '/orders',
    body: '{"a":1}',
    queryParameters: { limit: '2' },
    requestContext: { http: { method: 'POST' } },
  });
});

test('--traceparent continues the trace of a caller, --sample 0 and --no-tracing record none', async () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
  const [called] = callsOf(await runPlain('context', '--traceparent', traceparent, '--timeout', '7'));
  expect(called).toMatchObject({ traceId });
  expect(JSON.parse(called!.body)).toEqual({ spanContext: expect.stringMatching(`^${traceId}:.*:1$`), timeout: 7 });
  expect(called!.spans.find(({ name }) => name === 'InvokeFunction')!.parentSpanId).toBe('00f067aa0ba902b7');
  const [unsampled] = callsOf(await runPlain('context', '--sample', '0'));
  expect(JSON.parse(unsampled!.body).spanContext).toMatch(/:0$/);
  expect(unsampled!.spans).toEqual([]);
  const [untraced] = callsOf(await runPlain('context', '--no-tracing'));
  expect(untraced!.body).toBe('{"timeout":60}');
});

// The emulator's tests have more of these.
const FAILURES: readonly (readonly [string, object])[] = [
  ['failing', { errorType: 'RangeError', errorMessage: 'out of stock' }],
  ['deaf', { errorMessage: 'Function timed out after 0.3 seconds' }],
  ['exit', { errorMessage: expect.stringMatching(/^Process exited unexpectedly/) }],
  ['garbage', { errorMessage: expect.stringMatching(/^Process exited unexpectedly/) }],
  ['hang', { errorMessage: 'Function timed out after 0.3 seconds' }],
  ['missing', { errorType: 'HandlerNotFound' }],
];

test.each(FAILURES.slice(0, runs({ short: 2, long: FAILURES.length })))(
  'a function that fails (%s) makes the exit code 1, and leaves nothing behind',
  async (method, error) => {
    const timeout = method === 'hang' || method === 'deaf' ? ['--timeout', '0.3'] : [];
    const result = await runPlain(method, ...timeout);
    expect(result).toMatchObject({ code: 1, left: [] });
    expect(callsOf(result)).toMatchObject([{ ok: false, error }]);
  },
);

test('a function that floods its output, starts processes or writes control characters does not affect run', async () => {
  const flood = await runPlain('flood');
  expect(flood).toMatchObject({ code: 0, left: [] });
  expect(callsOf(flood)[0]!.logs.length).toBeLessThanOrEqual(10_001);
  expect(flood.stdout.length).toBeLessThan(4_000_000);
  expect(await runPlain('children')).toMatchObject({ code: 0, left: [] });
  const { stdout } = await runCli(['run', `${plain}.control`]);
  expect(stdout).toContain('\\u001b[2Jcleared');
});

test('a function that needs more memory than it has is killed', async () => {
  if (process.platform !== 'linux') return;
  const result = await runPlain('memory', '--memory', '128');
  expect(result).toMatchObject({ code: 1, left: [] });
  expect(callsOf(result)[0]!.error!.errorMessage).toMatch(
    /^Process exited unexpectedly .*maxMemoryUsage: (12[89]|1[3-9]\d|[2-9]\d\d)MB\)$/,
  );
});

test.each([
  [['run'], /this folder has no s\.yaml/],
  [['run', 'no-such-function'], /no module or s\.yaml "no-such-function"/],
  [['run', `${plain}.js`, '--http', '/', '--trigger', 'oss'], /--trigger and --http exclude each other/],
  [['run', `${plain}.js`, '--trigger', 'oss', '-e', '"text"'], /must be a JSON object or array/],
])('%j is refused with a reason and exit code 2', async (args, reason) => {
  const { code, stdout, stderr } = await runCli(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(reason);
});

test('an environment variable with a wrong value is refused by its name', async () => {
  const { code, stderr } = await runCli(['run', `${plain}.js`], { TRACED_CLI_SAMPLE: 'half' });
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: 'fc-traced: TRACED_CLI_SAMPLE: "half" is not a percentage from 0 to 100\nTry --help.\n',
  });
});

test('run names the functions of s.yaml if it has none of that name', async () => {
  const { code, stderr } = await runCli(['run', `${join(samples, 'chain', 's.yaml')}#nothing`]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/has no function "nothing"; its functions are price, stock, shop/);
});

test('spans of a program that does not wait for its exporter are marked, those of fc-traced are not', async () => {
  const late = await runCli(['run', join(__dirname, 'functions', 'late.js'), '--repeat', '2']);
  expect(late.stdout.match(/late work {2}\d+\.\d ms {2}arrived after thaw/g)).toHaveLength(2);
  const { stdout } = await runCli(['run', hello, '-e', '{"name":"x"}', '--repeat', '3']);
  expect(stdout.match(/Greeter\.greet {2}\d+\.\d ms$/gm)).toHaveLength(3);
  expect(stdout).not.toContain('arrived after thaw');
});

test('many calls leave no process and no file behind', async () => {
  const count = String(runs({ short: 40, long: 1000 }));
  const result = await runPlain('handler', '--repeat', count, '--concurrency', '3', '--sample', '50');
  expect(result).toMatchObject({ code: 0, stderr: '', left: [] });
  const calls = callsOf(result);
  expect(calls.filter(({ ok }) => ok)).toHaveLength(Number(count));
  const sampled = calls.filter(({ spans }) => spans.length > 0).length;
  expect(sampled).toBeGreaterThan(0);
  expect(sampled).toBeLessThan(Number(count));
}, 120_000);

test('an interrupted run cleans up', async () => {
  const { child, prints, ended } = startCli(['run', `${plain}.thirdHangs`, '--repeat', '3', '--timeout', '600']);
  await prints('call 1');
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ code: 130, left: [] });
});
