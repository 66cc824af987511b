import { startCollector } from '../../src/viewer/collector';
import { runCli, startCli } from '../cli-process';

test('demo prints the cold, the warm and the failing call over both protocols, well within ten seconds', async () => {
  const startMillis = performance.now();
  const { code, stdout, stderr, left } = await runCli(['demo']);
  expect({ code, stderr, left }).toEqual({ code: 0, stderr: '', left: [] });
  for (const title of [
    'cold call',
    'warm call',
    'failing call',
    '└─ Invocation',
    'parcel-A-1002',
    'OutOfStock: 500 of teapot',
  ]) {
    expect(stdout.split(title)).toHaveLength(title === '└─ Invocation' ? 7 : 3);
  }
  expect(stdout).toMatch(/├─ Stock\.reserve {2}\d+\.\d ms {2}order\.sku="teapot" {2}order\.quantity=2/);
  expect(stdout).toMatch(/The collector received [1-9]\d* Jaeger and [1-9]\d* OTLP requests and rejected 0\./);
  expect(stdout).toMatch(/^The traces can be seen at http:\/\/127\.0\.0\.1:\d+ with --stay: this is no terminal$/m);
  expect(stdout).not.toContain('\u001b');
  expect(performance.now() - startMillis).toBeLessThan(10_000);
});

test('demo --jaeger URL --otlp URL sends to those backends, and prints the trace ids but no token', async () => {
  const collector = await startCollector();
  const { code, stdout, left } = await runCli([
    'demo',
    '--jaeger',
    `${collector.url}/adapt_secret@token/api/traces`,
    '--otlp',
    collector.url,
  ]);
  await collector.close();
  expect({ code, left }).toEqual({ code: 0, left: [] });
  const ids = [...stdout.matchAll(/trace {2}([0-9a-f]{32})/g)].map(([, id]) => id);
  expect(ids).toHaveLength(6);
  expect(new Set(collector.spans().map((span) => span.traceId))).toEqual(new Set(ids));
  expect(collector.requests.jaeger).toBeGreaterThan(0);
  expect(collector.requests.otlp).toBeGreaterThan(0);
  expect(stdout).not.toContain('secret');
});

test('demo reports a backend that cannot be reached, and exits with 1', async () => {
  const { code, stdout } = await runCli(['demo', '--jaeger', 'http://127.0.0.1:9/adapt_secret@token/api/traces']);
  expect(code).toBe(1);
  expect(stdout).toContain('parcel-A-1001');
  expect(stdout).toMatch(/not sent: .*ECONNREFUSED/);
  expect(stdout).not.toContain('secret');
});

test.each([
  [['--nonsense'], /unknown option '--nonsense'/],
  [['--otlp'], /argument missing/],
  [['--otlp', 'not a url'], /--otlp: not a URL/],
  [['--otlp', 'grpc://host:4317'], /--otlp: the URL must start with http: or https:/],
  [['--jaeger', 'http://host/v1/traces'], /--jaeger: the path of the URL must end with \/api\/traces/],
  [['positional'], /too many arguments/],
])('demo refuses %j with a reason and exit code 2', async (args, reason) => {
  const { code, stdout, stderr } = await runCli(['demo', ...args]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(reason);
});

test('demo --stay keeps the viewer, which shows all of its traces, until it is interrupted', async () => {
  const { child, prints, printed, ended } = startCli(['demo', '--stay']);
  await prints('The traces can be seen at');
  const [, url] = /can be seen at (\S+)\n/.exec(printed())!;
  const response = await fetch(`${url!}/api/summaries`);
  expect(((await response.json()) as { summaries: object[] }).summaries).toHaveLength(6);
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ code: 130, left: [] });
});
