// Plays the five-minute start of the README in an empty folder, and then the commands of docs/quickstart.md: writes the
// files that the documents show, runs their commands, and compares the traces that are printed with those that are shown.
//   node .ci/play-quickstart.mjs FOLDER           packs both packages, and installs them with an empty cache of npm
//   node .ci/play-quickstart.mjs FOLDER --linked  uses the build and the packages of this repository; README only
// Commands that need an account are not run. Asserts that the five-minute start takes less than five minutes.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { linkPackages } from './link-packages.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const [folder, mode] = process.argv.slice(2);
const linked = mode === '--linked';
const app = path.resolve(folder, 'hello');
mkdirSync(app, { recursive: true });

const NEEDS_AN_ACCOUNT = /^s deploy$/;
const LINKED_ALREADY = /^npm (init|install|prune) /;

const env = { ...process.env, TRACING_ENDPOINT: 'http://tracing.example/adapt_token/api/otlp/traces' };
if (!linked) env.npm_config_cache = path.resolve(folder, 'npm-cache');

const shell = (command, cwd = app) =>
  execFileSync(command, { cwd, env, encoding: 'utf8', shell: true, stdio: ['ignore', 'pipe', 'inherit'] });
const pack = (...args) =>
  JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', path.resolve(folder), ...args], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      shell: process.platform === 'win32',
    }),
  )[0].filename;

/** The blocks of a section: the language, the text, and the last name of a file in the lines above. */
function blocksOf(document, heading) {
  const section = document.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  assert.ok(section, `there is no section ${heading}`);
  // Text and blocks take turns.
  const parts = section.split(/^```(\w*)\n([^]*?)^```$/m);
  return Array.from({ length: Math.floor(parts.length / 3) }, (_, index) => {
    const [above, language, text] = parts.slice(index * 3, index * 3 + 3);
    return { language, text, file: [...above.matchAll(/`([\w.-]+\.(?:ts|json|yaml))`/g)].at(-1)?.[1] };
  });
}

/** The names of the spans of a printed trace, as a tree. */
const treeOf = (output) =>
  output
    .split('\n')
    .map((line) => /^ {2}(InvokeFunction|[│├└ ].*?[─] .+?)(?= {2}|$)/.exec(line)?.[1])
    .filter((line) => line !== undefined)
    .map((line) => line.trimEnd())
    .join('\n');

function play(blocks, commandOf) {
  let output = '';
  for (const { language, text, file } of blocks) {
    if (language === 'sh') {
      for (const line of text.trimEnd().split('\n')) {
        if (NEEDS_AN_ACCOUNT.test(line) || (linked && LINKED_ALREADY.test(line))) {
          console.log(`not run: ${line}`);
          continue;
        }
        const start = performance.now();
        output = shell(commandOf(line));
        console.log(`${((performance.now() - start) / 1000).toFixed(1)} s  ${line}`);
      }
    } else if (language === '') {
      const shown = text.trimEnd();
      const recorded = treeOf(output);
      // Without FC's spans, the tree is a part of the trace.
      const isWhole = shown.startsWith('InvokeFunction');
      const part = recorded.split('\n').map((line) => line.replace(/^ {6}/, ''));
      assert.ok(isWhole ? recorded === shown : part.join('\n').includes(shown), `shown:\n${shown}\n\n${output}`);
    } else if (file !== undefined) {
      writeFileSync(path.join(app, file), text);
    }
  }
}

const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const handler = /<!-- from samples\/hello\/handler\.ts -->\n```ts\n([\s\S]*?)^```$/m.exec(readme)[1];
writeFileSync(path.join(app, 'handler.ts'), handler);

const programs = { tsc: 'node_modules/typescript/bin/tsc', 'fc-traced': 'cli/dist/main.js' };
let commandOf = (line) =>
  line.replace(/^npx (tsc|fc-traced)/, (_, name) => `"${process.execPath}" "${path.join(root, programs[name])}"`);
if (linked) {
  linkPackages(app);
  writeFileSync(path.join(app, 'package.json'), '{"name":"hello","version":"1.0.0"}');
} else {
  const packed = { 'fc-traced': `../${pack()}`, 'fc-traced-cli': `../${pack('-w', 'cli')}` };
  commandOf = (line) =>
    line.startsWith('npm install')
      ? line.replace(/fc-traced(-cli)?(?= |$)/g, (name) => packed[name])
      : line.replace(/^npx /, 'npx --no-install ');
}

const start = performance.now();
play(blocksOf(readme, 'Five-minute start'), commandOf);
const seconds = (performance.now() - start) / 1000;
assert.ok(seconds < 300, `the five-minute start took ${seconds} s`);

if (!linked) {
  // The last step has removed the tools.
  shell(commandOf('npm install -D fc-traced-cli typescript@5 @types/node@20'));
  const guide = readFileSync(path.join(root, 'docs', 'quickstart.md'), 'utf8');
  for (const heading of ['ES modules', 'An HTTP function']) {
    const blocks = blocksOf(guide, heading);
    assert.ok(blocks.some(({ language }) => language === 'sh'));
    play(blocks, commandOf);
  }
}
console.log(`the five-minute start took ${seconds.toFixed(1)} s`);
