// Writes the reference, docs/reference, from the doc comments of `src`. With `--check`, writes nothing, prints the pages
// that are out of date, and fails if there are any.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createProgram, readEntryPoints } from './reference/model.mjs';
import { namesPage } from './reference/names-page.mjs';
import { optionsPage } from './reference/options-page.mjs';
import { failOnProblems } from './reference/problems.mjs';
import { attributesPage, commandsPage, errorsPage, variablesPage } from './reference/tables.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const folder = path.join(root, 'docs', 'reference');
const program = createProgram(root);
const entryPoints = readEntryPoints(program, root);

const INTRODUCTIONS = {
  index:
    'Handlers, traced methods, dependency injection, HTTP, triggers and propagation. `require` and `import` both work.',
  testing: 'Records traces in tests, calls functions as FC does, and compares traces with trees.',
  server: 'The custom runtime: runs a handler class as an HTTP server, or traces a server of your own.',
  mcp: 'Traces clients and servers of the MCP SDK. It imports neither version of the SDK.',
};

const byEntry = entryPoints.map((entryPoint) => [
  entryPoint.entry === 'index' ? 'fc-traced.md' : `${entryPoint.entry}.md`,
  namesPage(entryPoint, INTRODUCTIONS[entryPoint.entry]),
]);

const pages = new Map([
  ...byEntry,
  [
    'options.md',
    optionsPage(
      entryPoints,
      "All options of all entry points, with their type and default. Options in code take precedence over environment variables, these over FC's context, and that over the default. An unknown option, or a value that is not allowed, throws [`INVALID_OPTION`](errors.md#invalid_option).",
    ),
  ],
  ['environment.md', variablesPage(program, root)],
  ['errors.md', errorsPage(program, root)],
  ['attributes.md', attributesPage(program, root)],
  ['commands.md', commandsPage(root)],
]);

const index =
  [
    '# Reference',
    'Generated from the doc comments of the source by `npm run reference`. A test fails if it is out of date.',
    '| page | what it lists |\n| --- | --- |',
  ].join('\n\n') +
  '\n' +
  [
    ['options.md', 'Options', 'every option with type, default, unit and environment variables'],
    ['environment.md', 'Environment variables', 'every variable that `fc-traced` reads'],
    ['fc-traced.md', '`fc-traced`', 'the public names of the main entry point'],
    ['server.md', '`fc-traced/server`', 'the public names for custom runtimes'],
    ['testing.md', '`fc-traced/testing`', 'the public names for tests'],
    ['mcp.md', '`fc-traced/mcp`', 'the public names for MCP'],
    ['attributes.md', 'Spans and attributes', 'the names of spans, attributes and events'],
    ['errors.md', 'Error codes', 'what is wrong, and what to do'],
    ['commands.md', 'Commands', 'the commands of `fc-traced-cli`'],
  ]
    .map(([file, title, what]) => `| [${title}](${file}) | ${what} |`)
    .join('\n');
pages.set('README.md', index);

failOnProblems();
const written = (file) => {
  try {
    return readFileSync(path.join(folder, file), 'utf8');
  } catch {
    return undefined;
  }
};
mkdirSync(folder, { recursive: true });
const surplus = readdirSync(folder).filter((file) => !pages.has(file));
const outdated = [...pages].filter(([file, text]) => written(file) !== `${text}\n`).map(([file]) => file);
if (process.argv.includes('--check')) {
  const wrong = [...outdated, ...surplus].map((file) => `docs/reference/${file}`);
  if (wrong.length > 0) {
    console.error(`out of date: ${wrong.join(', ')}. Run npm run reference.`);
    process.exitCode = 1;
  }
} else {
  for (const file of surplus) rmSync(path.join(folder, file));
  for (const file of outdated) writeFileSync(path.join(folder, file), `${pages.get(file)}\n`);
}
