import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { HELP, parseCommand } from '../../src/options';
import { startCollector } from '../../src/viewer/collector';

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function start(...args: string[]): Promise<Run> {
  const main = join(__dirname, '..', '..', 'dist', 'main.js');
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

test('npm start shows the cold, the warm and the failing call over both protocols, and ends well within ten seconds', async () => {
  const began = performance.now();
  const { code, stdout, stderr } = await start();
  expect(stderr).toBe('');
  expect(code).toBe(0);
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
  expect(stdout).toMatch(/The collector read [1-9]\d* Jaeger and [1-9]\d* OTLP requests, and refused 0\./);
  expect(stdout).not.toContain('\u001b');
  expect(performance.now() - began).toBeLessThan(10_000);
});

test('npm start -- --jaeger URL --otlp URL sends to those backends, and prints the ids of the traces but no token', async () => {
  const collector = await startCollector();
  const { code, stdout } = await start(
    '--jaeger',
    `${collector.url}/adapt_secret@token/api/traces`,
    '--otlp',
    collector.url,
  );
  await collector.close();
  expect(code).toBe(0);
  const ids = [...stdout.matchAll(/trace {2}([0-9a-f]{32})/g)].map(([, id]) => id);
  expect(ids).toHaveLength(6);
  expect(new Set(collector.spans().map((span) => span.traceId))).toEqual(new Set(ids));
  expect(collector.requests.jaeger).toBeGreaterThan(0);
  expect(collector.requests.otlp).toBeGreaterThan(0);
  expect(stdout).not.toContain('secret');
});

test('a backend that cannot be reached is told, and the exit code is 1', async () => {
  const { code, stdout } = await start('--jaeger', 'http://127.0.0.1:9/adapt_secret@token/api/traces');
  expect(code).toBe(1);
  expect(stdout).toContain('parcel-A-1001');
  expect(stdout).toMatch(/not sent: .*ECONNREFUSED/);
  expect(stdout).not.toContain('secret');
});

test.each([
  [['--nonsense'], /Unknown option '--nonsense'/],
  [['--otlp'], /argument missing/],
  [['--otlp', 'not a url'], /--otlp: not a URL/],
  [['--otlp', 'grpc://host:4317'], /--otlp: only http and https/],
  [['--jaeger', 'http://host/v1/traces'], /--jaeger: the path of the URL must end with \/api\/traces/],
  [['positional'], /positional/],
])('%j is refused with a reason and exit code 2', async (args, reason) => {
  const { code, stdout, stderr } = await start(...args);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toMatch(reason);
});

test('--help names every option', async () => {
  const { code, stdout } = await start('--help');
  expect(code).toBe(0);
  expect(stdout).toBe(HELP);
  for (const option of ['--jaeger', '--otlp', '--help']) expect(HELP).toContain(option);
});

test.each([
  [['--otlp', 'http://host:4318'], 'http://host:4318/v1/traces'],
  [['--otlp', 'http://host/adapt_x/api/otlp/traces'], 'http://host/adapt_x/api/otlp/traces'],
  [['--jaeger', 'http://host:14268/'], 'http://host:14268/api/traces'],
])('%j sends to %s', (args, endpoint) => {
  expect(parseCommand(args)).toMatchObject({ name: 'send', backends: [{ endpoint }] });
});
