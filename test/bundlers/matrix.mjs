// Builds a program with each tool, with legacy and with standard decorators, with and without the plugin of
// `fc-traced-cli/bundler`, and runs each build on Node.js 20, 22 and 24, from a folder without node_modules. Each run
// sends a trace over Jaeger thrift or OTLP, which a collector decodes. Compares the results with the table in
// docs/bundlers.md. Needs the build.
//   node test/bundlers/matrix.mjs [--write] [--only TOOL]
import { execFile, execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs, promisify, stripVTControlCharacters } from 'node:util';
import { root, TOOLS } from './tools.mjs';

const require = createRequire(import.meta.url);
const { startViewer } = require(path.join(root, 'cli', 'dist', 'viewer', 'server.js'));
const { values } = parseArgs({ options: { write: { type: 'boolean' }, only: { type: 'string' } } });

const NODES = ['20', '22', '24'];
const DECORATORS = ['legacy', 'standard'];
const PROTOCOLS = ['jaeger', 'otlp'];
const SPANS = ['Store.price', 'Store.reserve', 'matrix'];
const DOCUMENT = path.join(root, 'docs', 'bundlers.md');
const BINARIES = Object.fromEntries(
  NODES.map((major) => [
    major,
    execFileSync(path.join(root, '.ci', 'node.sh'), [major], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    }).trim(),
  ]),
);

const temporary = mkdtempSync(path.join(tmpdir(), 'fc-traced-bundlers-'));
process.on('exit', () => rmSync(temporary, { recursive: true, force: true }));

/** Copies the built packages, and links the other ones, as an installation of the program has them. */
function installInto(folder, names) {
  const modules = path.join(folder, 'node_modules');
  for (const [name, from, files] of [
    ['fc-traced', root, ['package.json', 'dist']],
    ['fc-traced-cli', path.join(root, 'cli'), ['package.json', 'dist']],
  ]) {
    for (const file of files) cpSync(path.join(from, file), path.join(modules, name, file), { recursive: true });
  }
  for (const name of names) {
    const link = path.join(modules, name);
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(path.join(root, 'node_modules', name), link, 'junction');
  }
}

const RUNTIME = ['@opentelemetry/api', 'reflect-metadata', 'tsyringe', 'tslib'];
const INSTALLED = [...RUNTIME, 'esbuild', 'typescript', '@rollup/plugin-commonjs', '@rollup/plugin-node-resolve'];

function createProject(name, decorators) {
  const folder = path.join(temporary, 'projects', name);
  const legacy = decorators === 'legacy';
  cpSync(path.join(root, 'test', 'bundlers', 'programs', decorators), path.join(folder, 'src'), { recursive: true });
  const compilerOptions = {
    target: 'es2022',
    module: 'node16',
    moduleResolution: 'node16',
    rootDir: 'src',
    strict: true,
    skipLibCheck: true,
    types: [],
    ...(legacy && { experimentalDecorators: true, emitDecoratorMetadata: true }),
  };
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
  writeFileSync(path.join(folder, 'package.json'), '{"name":"matrix","private":true}');
  installInto(folder, INSTALLED);
  return folder;
}

const RENAMED = 'spans have the names of minified classes';

/** The line of an error that says what is wrong. */
function messageOf(error) {
  const text = stripVTControlCharacters([error.stderr, error.stdout, error.message].filter(Boolean).join('\n'));
  // Lines of minified code are long.
  const lines = text.split('\n').filter((line) => line.trim() !== '' && line.length < 1000);
  const found =
    lines.find((line) => /\[[A-Z][A-Z_]{5,}\]|FcTracedError|^fc-traced: /.test(line)) ??
    lines.find((line) => /^\s*(?:\[!\] )?\(?\w*Error\b/.test(line)) ??
    lines.find((line) => /Error\b/.test(line)) ??
    lines[0];
  return found
    .trim()
    .replace(/^\S+ \[FcTracedError\]: \S+/, 'FcTracedError: …')
    .replace(/\. .*/, '')
    .replaceAll(/(?:file:\/\/)?\/\S*\/(?=[\w.]+)/g, '')
    .replaceAll('|', '\\|')
    .slice(0, 200);
}

/** Builds a program. Returns the folder to run it in, or why it could not be built. */
async function build(tool, decorators, plugin) {
  const name = [tool.name.replace(' ', '-').toLowerCase(), decorators, plugin ? 'plugin' : 'alone'].join('-');
  const project = createProject(name, decorators);
  try {
    await tool.build(project, plugin);
  } catch (error) {
    return { problem: messageOf(error) };
  }
  const folder = path.join(temporary, 'deployed', name);
  cpSync(path.join(project, 'dist'), folder, { recursive: true });
  // A folder of its own: what the build resolved from its project is not found here.
  writeFileSync(path.join(folder, 'package.json'), '{"type":"commonjs"}');
  if (!tool.bundles) installInto(folder, RUNTIME);
  return { folder, files: readdirSync(folder).filter((file) => file.endsWith('js')).length };
}

let traces = 0;

async function runCell(viewer, { folder, problem }, node, protocol) {
  if (problem !== undefined) return problem;
  traces += 1;
  const id = `f${traces.toString(16).padStart(15, '0')}`;
  const endpoint = protocol === 'jaeger' ? viewer.jaegerEndpoint : viewer.otlpEndpoint;
  const env = { PATH: process.env.PATH, HOME: process.env.HOME };
  try {
    const { stdout, stderr } = await promisify(execFile)(
      BINARIES[node],
      [path.join(root, 'test', 'bundlers', 'invoke.cjs'), path.join(folder, 'handler.js'), endpoint, id],
      { cwd: folder, env, timeout: 30_000 },
    );
    const names = (viewer.traces.get(id.padStart(32, '0'))?.spans ?? []).map((span) => span.name);
    const missing = SPANS.filter((name) => !names.includes(name));
    if (stdout !== 'reserved tea for 3') return `the answer is ${stdout}`;
    if (names.length === 0) return stderr.includes('fc-traced') ? messageOf({ stderr }) : 'no trace, and no message';
    if (missing.length === 0) return undefined;
    const others = names.filter((name) => !SPANS.includes(name) && /price|reserve/.test(name));
    if (others.length !== missing.length) return `there is no span ${missing.join(', ')}, but ${names.join(', ')}`;
    // Minified names are different in each version.
    return others.every((name) => /^\w\w?\.|\$/.test(name)) ? RENAMED : `spans are named ${others.sort().join(', ')}`;
  } catch (error) {
    return messageOf(error);
  }
}

/** Runs one build on each version of Node.js over each protocol, two at a time. */
async function runAll(viewer, built) {
  const cells = NODES.flatMap((node) => PROTOCOLS.map((protocol) => ({ node, protocol })));
  const results = [];
  const worker = async () => {
    for (let cell = cells.shift(); cell !== undefined; cell = cells.shift()) {
      results.push({ ...cell, problem: await runCell(viewer, built, cell.node, cell.protocol) });
    }
  };
  await Promise.all([worker(), worker()]);
  return results;
}

/** A cell of the table: the versions of Node.js on which the trace arrived over a protocol. */
function cellOf(results, protocol) {
  const own = results.filter((result) => result.protocol === protocol);
  const good = own.filter(({ problem }) => problem === undefined).map(({ node }) => node);
  return good.length === 0 ? 'no' : NODES.filter((node) => good.includes(node)).join(', ');
}

function problemsOf(results) {
  const problems = [...new Set(results.map(({ problem }) => problem).filter((problem) => problem !== undefined))];
  return problems
    .map((problem) => `\`${problem.replaceAll('`', "'")}\``)
    .sort()
    .join('; ');
}

const failures = [];
const rows = [];
const viewer = await startViewer();
const started = performance.now();
for (const tool of TOOLS) {
  if (values.only !== undefined && tool.name.toLowerCase() !== values.only.toLowerCase()) continue;
  for (const decorators of DECORATORS) {
    const built = await build(tool, decorators, true);
    const results = await runAll(viewer, built);
    const problems = problemsOf(results);
    if (problems !== '') failures.push(`${tool.name}, ${decorators}: ${problems}`);
    if (tool.bundles && built.files !== undefined && built.files !== 1) {
      failures.push(`${tool.name}, ${decorators}: ${built.files} files instead of one`);
    }
    const comparable = tool.bundles && !tool.isOwn;
    const alone = comparable ? await runAll(viewer, await build(tool, decorators, false)) : undefined;
    const without = alone === undefined ? '' : problemsOf(alone) || 'the same';
    if (without.includes('no trace, and no message')) failures.push(`${tool.name}, ${decorators}: fails silently`);
    const label = tool.version === undefined ? `\`${tool.name}\`` : `${tool.name} ${tool.version}`;
    rows.push(`| ${label} | ${decorators} | ${cellOf(results, 'jaeger')} | ${cellOf(results, 'otlp')} | ${without} |`);
    console.log(rows.at(-1));
  }
}
await viewer.close();

const table = [
  '| tool | decorators | Jaeger, on Node.js | OTLP, on Node.js | without the plugin |',
  '|---|---|---|---|---|',
  ...rows,
].join('\n');
const [before, after] = ['<!-- the table of test/bundlers/matrix.mjs -->\n', '\n<!-- end of the table -->'];
const text = existsSync(DOCUMENT) ? readFileSync(DOCUMENT, 'utf8') : '';
const start = text.indexOf(before) + before.length;
const end = text.indexOf(after);
if (values.only === undefined) {
  if (values.write) writeFileSync(DOCUMENT, text.slice(0, start) + table + text.slice(end));
  else if (text.slice(start, end) !== table) {
    failures.push(
      `the table in docs/bundlers.md is not this one; node test/bundlers/matrix.mjs --write writes it:\n${table}`,
    );
  }
}
console.log(`${traces} traces in ${((performance.now() - started) / 1000).toFixed(0)} s`);
for (const failure of failures) console.error(`FAILED: ${failure}`);
process.exitCode = failures.length === 0 ? 0 : 1;
