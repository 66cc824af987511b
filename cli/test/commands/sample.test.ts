import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandHelp } from '../../src/command';
import { sample } from '../../src/commands/sample';
import { selectionOf } from '../../src/samples/run-samples';
import { parseOptions } from '../../src/parse-options';
import { SAMPLES } from '../../src/samples/samples';
import { interruptCli, runCli, startCli } from '../cli-process';

const root = join(__dirname, '..', '..', '..');
const samples = join(root, 'samples');
const noMariaDb = { MARIADBD: join(root, 'no-such-program') };

test('without a name, sample prints its help, which lists every sample with its question', async () => {
  const { code, stdout } = await runCli(['sample']);
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${commandHelp(sample)}\n` });
  for (const { name, question } of SAMPLES) {
    expect(stdout).toMatch(new RegExp(`^  ${name} +${question.replaceAll(/[?.]/g, String.raw`\$&`)}$`, 'm'));
  }
});

test('a sample logs what it starts, prints each trace with FC’s spans on top, and leaves nothing behind', async () => {
  const { code, stdout, stderr, left } = await runCli(['sample', 'nas']);
  expect({ code, stderr, left }).toEqual({ code: 0, stderr: '', left: [] });
  expect(stdout).toMatch(/started {2}a trace collector on 127\.0\.0\.1:\d+/);
  expect(stdout).toContain('started  a temporary folder');
  expect(stdout).toContain('started  the event function nas');
  // The expected traces have no durations.
  const withoutDurations = stdout.replaceAll(/^ {2}/gm, '').replaceAll(/ {2}\d+\.\d ms/g, '');
  // Only Linux has a device that is always full.
  const runs = readdirSync(join(samples, 'nas', 'trace')).filter(
    (run) => run !== 'full-disk.txt' || existsSync('/dev/full'),
  );
  expect(runs.length).toBeGreaterThanOrEqual(3);
  for (const run of runs) expect(withoutDurations).toContain(readFileSync(join(samples, 'nas', 'trace', run), 'utf8'));
  expect(stdout.match(/ {2}\d+\.\d ms/g)!.length).toBeGreaterThan(20);
}, 30_000);

test('sample reports a backend that cannot be reached, and exits with 1', async () => {
  const endpoint = 'http://127.0.0.1:9/adapt_secret@token/api/traces';
  const { code, stdout } = await runCli(['sample', 'hello', '--jaeger', endpoint]);
  expect(code).toBe(1);
  expect(stdout).toContain('Hello world');
  expect(stdout).toMatch(/not sent: .*ECONNREFUSED/);
  expect(stdout).not.toContain('secret');
});

test('without MariaDB, the sample rds says how to install it, and exits with 3', async () => {
  const { code, stdout, stderr, left } = await runCli(['sample', 'rds'], noMariaDb);
  expect({ code, left }).toEqual({ code: 3, left: [] });
  expect(stderr).toMatch(/MARIADBD is set to .*no-such-program, which does not exist/);
  expect(stderr).toContain('sudo apt-get install mariadb-server');
  expect(stdout).not.toContain('InvokeFunction');
});

test('without MariaDB, the other samples still run, and the exit code is 3', async () => {
  const { code, stdout, left } = await runCli(['sample', 'rds', 'hello'], noMariaDb);
  expect({ code, left }).toEqual({ code: 3, left: [] });
  expect(stdout).toContain('Hello world');
  expect(stdout).toContain('npm run sample hello -- --otlp http://127.0.0.1:4318/v1/traces');
});

// A cold call of the sample chain takes about a second, in which its functions start one after the other.
test.each([
  ['before the first call', 'the HTTP trigger of price', 0],
  ['100 ms into the first call', 'the HTTP trigger of shop', 100],
  ['450 ms into the first call', 'the HTTP trigger of shop', 450],
  ['800 ms into the first call', 'the HTTP trigger of shop', 800],
  ['between two calls', 'cold call', 0],
])('Ctrl-C %s of the sample chain leaves no process and no folder behind', async (_when, text, milliseconds) => {
  expect(await interruptCli(['sample', 'chain'], text, milliseconds)).toEqual([]);
});

test('after Ctrl-C, no further sample starts', async () => {
  const { child, prints, ended } = startCli(['sample', 'nas', 'hello']);
  await prints('the event function nas');
  child.kill('SIGINT');
  const { code, stdout } = await ended;
  expect(code).toBe(130);
  expect(stdout).not.toContain('hello:');
});

test.each([
  [['nobody'], /there is no sample "nobody"; the samples are hello, /],
  [['--otlp', 'http://host'], /name a sample, or use --all/],
  [['hello', '--all'], /--all takes no names/],
  [['hello', '--otlp', 'not a url'], /--otlp: not a URL/],
  [['hello', '--write', '--otlp', 'http://host'], /--write cannot be used with --jaeger or --otlp/],
])('sample refuses %j with a reason', (args, reason) => {
  expect(() => {
    const { values, positionals } = parseOptions(sample.options, args, sample.positionals);
    selectionOf(values, positionals);
  }).toThrow(reason);
});

test('sample refuses a contradiction with exit code 2', async () => {
  expect(await runCli(['sample', 'hello', '--all'])).toMatchObject({
    code: 2,
    stdout: '',
    stderr: 'fc-traced: --all takes no names\nTry --help.\n',
  });
});
