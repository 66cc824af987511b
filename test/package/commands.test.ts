import { root } from './fresh-process';
import { codeBlocks, documentsIn, readDocument } from './markdown';

// cli/README.md has the help of each command, as `cli/test/commands/commands.test.ts` checks. `.ci/play-quickstart.mjs` and
// `.ci/play-recipes.mjs` run the commands of the quickstart and of the recipes.

const help = new Map(
  readDocument(root, 'cli/README.md')
    .split(/^### /m)
    .flatMap((section) => {
      const name = /^([a-z]+)\n/.exec(section)?.[1];
      return name === undefined ? [] : [[name, section] as const];
    }),
);

/** The commands of the tools in the blocks of a document, and those in its text, each with its line. */
const commands = documentsIn(root)
  .filter((file) => file !== 'cli/README.md' && !file.startsWith('docs/reference/'))
  .flatMap((file) =>
    [
      ...codeBlocks(readDocument(root, file))
        .filter(({ language }) => language === 'sh' || language === '')
        .flatMap(({ text }) => text.split('\n')),
      ...[...readDocument(root, file).matchAll(/`(npx fc-traced [^`]+)`/g)].map(([, command]) => command!),
    ]
      .filter((line) => /\bnpx fc-traced\b/.test(line))
      .map((line) => ({ file, line: line.trim().replaceAll('\n', ' ') })),
  );

test('the documents show the commands of the tools', () => {
  expect(commands.length).toBeGreaterThan(30);
  expect(new Set(commands.map(({ line }) => /npx fc-traced (\w+)/.exec(line)?.[1]))).toEqual(
    new Set(['build', 'dev', 'doctor', 'export', 'help', 'init', 'run', 'view']),
  );
});

test.each(commands)('$file: $line has a command and options that exist', ({ line }) => {
  for (const [, name, rest] of line.matchAll(/npx fc-traced (\w+)([^&|]*)/g)) {
    expect([...help.keys()]).toContain(name);
    const options = [...rest!.replaceAll(/'[^']*'|"[^"]*"/g, '').matchAll(/(?:^|\s)(--[a-z-]+|-[a-z])\b/g)];
    const text = help.get(name!)!;
    expect(options.map(([, option]) => option!).filter((option) => !text.includes(option))).toEqual([]);
  }
});
