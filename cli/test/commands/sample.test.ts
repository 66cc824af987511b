import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseStoryCommand } from '../../src/samples/options';
import { STORIES } from '../../src/samples/samples';
import { interruptSample, runSample, startSample } from '../cli-process';

const root = join(__dirname, '..', '..', '..');
const samples = join(root, 'samples');

test('without a name, npm run sample lists every story with its question', async () => {
  const { code, stdout } = await runSample([]);
  expect(code).toBe(0);
  for (const { name, question } of STORIES) {
    expect(stdout).toMatch(new RegExp(`^  ${name} +${question.replaceAll(/[?.]/g, String.raw`\$&`)}$`, 'm'));
  }
  for (const option of ['--all', '--jaeger', '--otlp', '--write', '--help']) expect(stdout).toContain(option);
});

test('there is a story for every folder of samples, and its question is in the map', () => {
  const folders = readdirSync(samples, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'dist')
    .map(({ name }) => name);
  expect(STORIES.map(({ name }) => name).sort()).toEqual(folders.sort());
  const map = readFileSync(join(samples, 'README.md'), 'utf8');
  for (const { name, question } of STORIES) expect(map).toContain(`| [${name}](${name}/README.md) | ${question}`);
});

test('a story says what it started and where, and draws each trace with FC’s spans on top; nothing is left', async () => {
  const { code, stdout, stderr, left } = await runSample(['nas']);
  expect({ code, stderr, left }).toEqual({ code: 0, stderr: '', left: [] });
  expect(stdout).toMatch(/started {2}a collector of traces on 127\.0\.0\.1:\d+/);
  expect(stdout).toContain('started  a temporary folder');
  expect(stdout).toContain('started  the event function nas');
  // As in the files, but for durations.
  const withoutTimes = stdout.replaceAll(/^ {2}/gm, '').replaceAll(/ {2}\d+\.\d ms/g, '');
  // Only Linux has a disk that is always full.
  const runs = readdirSync(join(samples, 'nas', 'trace')).filter(
    (run) => run !== 'full-disk.txt' || existsSync('/dev/full'),
  );
  expect(runs.length).toBeGreaterThanOrEqual(3);
  for (const run of runs) expect(withoutTimes).toContain(readFileSync(join(samples, 'nas', 'trace', run), 'utf8'));
  expect(stdout.match(/ {2}\d+\.\d ms/g)!.length).toBeGreaterThan(20);
}, 30_000);

test('a backend that cannot be reached is told, and the exit code is 1', async () => {
  const { code, stdout } = await runSample(['hello', '--jaeger', 'http://127.0.0.1:9/adapt_secret@token/api/traces']);
  expect(code).toBe(1);
  expect(stdout).toContain('Hello world');
  expect(stdout).toMatch(/not sent: .*ECONNREFUSED/);
  expect(stdout).not.toContain('secret');
});

test('where MariaDB is missing, it says so and how to get it, and the exit code is 3', async () => {
  const { code, stdout, stderr, left } = await runSample(['rds'], { MARIADBD: join(root, 'no-such-program') });
  expect({ code, left }).toEqual({ code: 3, left: [] });
  expect(stderr).toContain('no-such-program, which MARIADBD names');
  expect(stderr).toContain('sudo apt-get install mariadb-server');
  expect(stdout).not.toContain('InvokeFunction');
});

test('without MariaDB the other samples are played all the same, and the exit code is 3', async () => {
  const { code, stdout, left } = await runSample(['rds', 'hello'], { MARIADBD: join(root, 'no-such-program') });
  expect({ code, left }).toEqual({ code: 3, left: [] });
  expect(stdout).toContain('Hello world');
  expect(stdout).toContain('npm run sample hello -- --otlp http://127.0.0.1:4318/v1/traces');
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s in the middle puts everything away', async (signal, expected) => {
  const { child, prints, ended } = startSample(['nas']);
  await prints('the event function');
  child.kill(signal);
  const { code, stderr, left } = await ended;
  expect({ code, stderr, left }).toEqual({
    code: expected,
    stderr: 'interrupted: putting everything away\n',
    left: [],
  });
});

// A cold call of the chain takes about a second: one function after the other starts in it.
test.each([
  ['before the first call', 'the HTTP trigger of price', 0],
  ['100 ms into the first call', 'the HTTP trigger of shop', 100],
  ['450 ms into the first call', 'the HTTP trigger of shop', 450],
  ['800 ms into the first call', 'the HTTP trigger of shop', 800],
  ['between two calls', 'cold call', 0],
])('Ctrl-C %s of the sample chain leaves no process and no folder', async (_when, text, milliseconds) => {
  expect(await interruptSample('chain', text, milliseconds)).toEqual([]);
});

test('a reader that stops reading ends it, and nothing is left', async () => {
  const { child, prints, ended } = startSample(['nas']);
  await prints('started');
  child.stdout!.destroy();
  expect((await ended).left).toEqual([]);
});

test.each([
  [['nobody'], /there is no sample "nobody"; there are hello, /],
  [['--otlp', 'http://host'], /name a sample, or give --all/],
  [['hello', '--all'], /--all takes no names/],
  [['hello', '--otlp', 'not a url'], /--otlp: not a URL/],
  [['hello', '--write', '--otlp', 'http://host'], /--write needs the traces here/],
])('%j is refused with a reason', (args, reason) => {
  expect(() => parseStoryCommand(args)).toThrow(reason);
});

test('what is refused has the exit code 2', async () => {
  const { code, stdout, stderr } = await runSample(['--nonsense']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/Unknown option '--nonsense'[^]*Try --help\./);
});

const WITH_PARTS = ['rds', 'nas', 'chain', 'mcp-weather'];

test.each(WITH_PARTS)(
  'the sample %s is short, and its README shows every trace that it must give, or leads to it',
  (name) => {
    const folder = join(samples, name);
    for (const file of ['handler.ts', 'event.json', 's.yaml', 'README.md']) {
      expect(existsSync(join(folder, file))).toBe(true);
    }
    for (const file of readdirSync(folder).filter((one) => one.endsWith('.ts'))) {
      expect(readFileSync(join(folder, file), 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(70);
    }
    const readme = readFileSync(join(folder, 'README.md'), 'utf8');
    for (const file of readdirSync(join(folder, 'trace'))) {
      if (!readme.includes(`<!-- from samples/${name}/trace/${file} -->`)) expect(readme).toContain(`](trace/${file})`);
      else {
        expect(readme).toContain(
          `<!-- from samples/${name}/trace/${file} -->\n\`\`\`\n${readFileSync(join(folder, 'trace', file), 'utf8')}\`\`\`\n`,
        );
      }
    }
  },
);

test.each(WITH_PARTS)('s.yaml of %s names what its files export, and the servers among them as commands', (name) => {
  const yaml = readFileSync(join(samples, name, 's.yaml'), 'utf8');
  const files = new Map<string, string[]>();
  for (const [, file, exported] of yaml.matchAll(/handler: (\w+)\.(\w+)/g)) {
    files.set(file!, [...(files.get(file!) ?? []), exported!]);
  }
  expect(files.has('handler')).toBe(true);
  for (const [file, named] of files) {
    const source = readFileSync(join(samples, name, `${file}.ts`), 'utf8');
    expect(named.sort()).toEqual(['handler', 'initialize', 'preStop']);
    if (/void serve\(|createServer\(/.test(source)) expect(yaml).toMatch(new RegExp(`- ${file}\\.js$`, 'm'));
    else expect(/export const \{ ([^}]+) \}/.exec(source)![1]!.split(', ')).toEqual(expect.arrayContaining(named));
  }
});
