// Plays a new user: packs both packages and, in an empty folder, gets with four commands from `npm install` to the trace
// of a function of its own, in TypeScript. Checks that this takes less than a minute, that the tools install only
// esbuild, and that the function passes its own test.
//   node .ci/package-cli.mjs FOLDER [TRIGGER]
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const [folder, trigger = 'http'] = process.argv.slice(2);
const app = path.resolve(folder, 'my-function');
mkdirSync(app, { recursive: true });

const run = (command, args, cwd = app) =>
  execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32',
  });
const pack = (...args) =>
  JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder, ...args], root))[0];
const sizeOf = (entry) =>
  statSync(entry).isFile()
    ? statSync(entry).size
    : readdirSync(entry).reduce((sum, name) => sum + sizeOf(path.join(entry, name)), 0);

const runtime = pack();
const tools = pack('-w', 'cli');
assert.deepEqual(
  tools.files
    .map((file) => file.path)
    .filter((file) => /^dist\/(?!main\.js|instance-main\.js|page\/|bundling\/.*\.d\.ts)/.test(file)),
  [
    'bundler.d.ts',
    'bundler.js',
    'code-cache-process.js',
    'jaeger.thrift',
    'third-party-licenses.txt',
    'webpack-loader.js',
  ].map((file) => `dist/${file}`),
);

// With `--prefer-offline` the time does not depend on the network alone.
const install = ['install', '--prefer-offline', '--no-audit', '--no-fund'];
const commands = [
  ['npm', [...install, `../${runtime.filename}`, `../${tools.filename}`]],
  ['npx', ['--no-install', 'fc-traced', 'init', trigger]],
  ['npm', install],
  ['npx', ['--no-install', 'fc-traced', 'run']],
];
const times = [];
let output = '';
for (const [command, args] of commands) {
  const start = performance.now();
  output = run(command, args);
  times.push(performance.now() - start);
}
for (const line of ['InvokeFunction', '├─ ColdStart', '├─ Initializer', '└─ Invocation', 'Work.process']) {
  assert.ok(output.includes(line), `the trace has no ${line}:\n${output}`);
}
const seconds = times.reduce((sum, time) => sum + time, 0) / 1000;
assert.ok(seconds < 60, `the four commands took ${seconds} s`);

const { dependencies, optionalDependencies } = JSON.parse(
  readFileSync(path.join(app, 'node_modules', 'fc-traced-cli', 'package.json'), 'utf8'),
);
assert.deepEqual([Object.keys(dependencies), optionalDependencies], [['esbuild'], undefined]);
assert.ok(!existsSync(path.join(app, 'node_modules', 'fc-traced-cli', 'node_modules')));

// In one file, from a folder without packages.
run('npx', ['--no-install', 'fc-traced', 'build']);
const builtYaml = readFileSync(path.join(app, 's.built.yaml'), 'utf8');
const builtName = /code: \.\/built\/(\S+)/.exec(builtYaml)[1];
const single = path.join(folder, 'single-file');
cpSync(path.join(app, 'built', builtName), single, { recursive: true });
assert.deepEqual(readdirSync(single, { recursive: true }).sort(), ['dist', path.join('dist', 'handler.js')]);
const oneFile = path.join(single, 'dist', 'handler.js');
const fromOneFile = run('npx', ['--no-install', 'fc-traced', 'run', oneFile, '--trigger', trigger, '--format', 'json']);
assert.ok(fromOneFile.includes('"name":"Work.process"'), fromOneFile);

run('npm', ['test']);
run('npm', ['run', 'build']);
assert.ok(run('npx', ['--no-install', 'fc-traced', 'run', '--format', 'json']).includes('"name":"Work.process"'));

// The functions of the other triggers, with the same packages.
const help = run('npx', ['--no-install', 'fc-traced', 'init', '--help']);
const triggers = /by default http:\n {2}([^]*?)\nFOLDER/.exec(help)[1].split(/,\s*/);
assert.ok(triggers.length >= 12, `init has the triggers ${triggers.join(', ')}`);
for (const other of triggers.filter((name) => name !== trigger)) {
  const copy = path.join(folder, other);
  mkdirSync(copy);
  symlinkSync(path.join(app, 'node_modules'), path.join(copy, 'node_modules'), 'junction');
  run('npx', ['--no-install', 'fc-traced', 'init', other], copy);
  run('npm', ['run', 'build'], copy);
  run('npm', ['test'], copy);
  // API Gateway and destinations are no triggers in s.yaml.
  const printed = run('npx', ['--no-install', 'fc-traced', 'run', '--trigger', other], copy);
  assert.ok(printed.includes('Work.process'), `${other}: the trace has no Work.process:\n${printed}`);
}

const megabytes = (sizeOf(path.join(app, 'node_modules', 'fc-traced-cli')) / 1e6).toFixed(1);
const each = times.map((time) => `${(time / 1000).toFixed(1)} s`).join(' + ');
console.log(
  `${trigger}: from npm install to the trace in ${seconds.toFixed(1)} s (${each}); the tools need ${megabytes} MB, packed ${(tools.size / 1e6).toFixed(2)} MB`,
);
