import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandHelp, programHelp } from '../../src/command';
import { COMMANDS } from '../../src/commands/commands';
import { OPTIONS } from '../../src/options';
import type { OptionName } from '../../src/options';
import { syntax } from '../../src/parse-options';
import { runCli, startCli } from '../cli-process';

const cli = join(__dirname, '..', '..');
const names = COMMANDS.map(({ name }) => name);
const optionNames = Object.keys(OPTIONS) as OptionName[];

test('the table of commands lists each file in commands/, in which the command has the name of the file', () => {
  const files = readdirSync(join(cli, 'src', 'commands')).filter((file) => file !== 'commands.ts');
  expect([...names].sort()).toEqual(files.map((file) => file.replace(/\.ts$/, '')).sort());
});

test.each([[], ['help'], ['--help']].map((args) => ({ args })))(
  'fc-traced $args prints every command with its summary and every option with its help',
  async ({ args }) => {
    const { code, stdout, stderr } = await runCli(args);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${programHelp(COMMANDS)}\n`, stderr: '' });
    for (const { name, summary } of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${name}\\b.*  ${summary}$`, 'm'));
    for (const name of optionNames) {
      const { help } = OPTIONS[name];
      expect(
        stdout.split('\n').filter((line) => line.startsWith(`  ${syntax(name)} `) && line.includes(`  ${help}`)),
      ).toHaveLength(1);
    }
  },
);

test.each(COMMANDS)(
  'the help of $name lists its options and no others, by both ways to ask for it',
  async (command) => {
    const { code, stdout } = await runCli([command.name, '--help']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${commandHelp(command)}\n` });
    expect((await runCli(['help', command.name])).stdout).toBe(stdout);
    expect(optionNames.filter((name) => stdout.includes(`\n  ${syntax(name)} `)).sort()).toEqual(
      [...command.options, 'help'].sort(),
    );
  },
);

test.each([[['nothing']], [['--nonsense']], [['help', 'nothing']]])(
  '%j is refused with the list of commands and exit code 2',
  async (args) => {
    const { code, stdout, stderr } = await runCli(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^fc-traced: there is no command "(nothing|--nonsense)"; the commands are:\n[^]*\nTry --help\.\n$/,
    );
    for (const { name, summary } of COMMANDS) expect(stderr).toMatch(new RegExp(`^  ${name}\\b.*  ${summary}$`, 'm'));
  },
);

test.each(names)('a wrong option of %s is refused with the same message and exit code 2', async (name) => {
  const { code, stdout, stderr } = await runCli([name, '--nonsense']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^fc-traced: unknown option '--nonsense'[^]*\nTry --help\.\n$/);
});

test('help takes one name', async () => {
  expect(await runCli(['help', 'demo', 'sample'])).toMatchObject({
    code: 2,
    stderr: 'fc-traced: help takes the name of one command\nTry --help.\n',
  });
});

test('the README shows the help of the program and of each command', () => {
  const readme = readFileSync(join(cli, 'README.md'), 'utf8');
  for (const text of [programHelp(COMMANDS), ...COMMANDS.map(commandHelp)]) {
    expect(readme).toContain(`\`\`\`\n${text}\n\`\`\`\n`);
  }
});

test('package.json names the program', () => {
  const { bin } = JSON.parse(readFileSync(join(cli, 'package.json'), 'utf8')) as { bin: Record<string, string> };
  expect(bin).toEqual({ 'fc-traced': './dist/main.js' });
  expect(readFileSync(join(cli, 'dist', 'main.js'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
});

test('the npm scripts of the repository run the commands that name them', () => {
  const { scripts } = JSON.parse(readFileSync(join(cli, '..', 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  for (const { name, npmScript } of COMMANDS) {
    if (npmScript === undefined) continue;
    const script = npmScript.replace(/^npm (run )?/, '');
    expect(scripts[script]).toBe(`node cli/dist/main.js ${name}`);
    expect(scripts[`pre${script}`]).toBe('node .ci/build.mjs --quiet');
  }
});

// Both commands start processes; the emulator of `demo` creates no temporary folders.
describe.each([
  ['demo', ['demo'], 'cold call'],
  ['sample', ['sample', 'nas'], 'the event function'],
])('an interrupted %s', (_name, args, text) => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('by %s cleans up', async (signal, expected) => {
    const { child, prints, ended } = startCli(args);
    await prints(text);
    child.kill(signal);
    const { code, stderr, left } = await ended;
    expect({ code, stderr, left }).toEqual({ code: expected, stderr: 'interrupted: cleaning up\n', left: [] });
  });

  test('by a reader that closes its end of the pipe cleans up', async () => {
    const { child, prints, ended } = startCli(args);
    await prints(text);
    child.stdout!.destroy();
    expect(await ended).toMatchObject({ code: 1, left: [] });
  });
});
