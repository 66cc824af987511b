// Plays the recipes: writes the files that each shows into an empty folder, with the packages of this repository, compiles
// them with the settings of the quickstart and, where no service is needed, runs the commands. Each call must print its
// trace.
//   node .ci/play-recipes.mjs FOLDER
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { linkPackages } from './link-packages.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const [folder] = process.argv.slice(2);
const NEED_NO_SERVICE = ['queue-worker', 'scheduled-job', 'express-and-nest'];
const recipes = readdirSync(path.join(root, 'docs', 'recipes')).filter((name) => name !== 'README.md');

/** The blocks of a document, each with the name of its file. */
function blocksOf(document) {
  // Text and blocks take turns.
  const parts = document.split(/^```(\w*)\n([^]*?)^```$/m);
  return Array.from({ length: Math.floor(parts.length / 3) }, (_, index) => {
    const [above, language, text] = parts.slice(index * 3, index * 3 + 3);
    const copied = /<!-- from samples\/[\w-]+\/([\w.-]+) -->\n$/.exec(above)?.[1];
    const paragraph = above.trimEnd().split('\n\n').at(-1);
    return { language, text, file: copied ?? /`([\w.-]+\.(?:ts|json|yaml))`/.exec(paragraph)?.[1] };
  });
}

const guide = readFileSync(path.join(root, 'docs', 'quickstart.md'), 'utf8');
const tsconfig = blocksOf(guide).find(({ language }) => language === 'json').text;

for (const name of recipes.map((file) => file.replace(/\.md$/, ''))) {
  const app = path.resolve(folder, name);
  mkdirSync(app, { recursive: true });
  linkPackages(app);
  writeFileSync(path.join(app, 'package.json'), JSON.stringify({ name, private: true }));
  writeFileSync(path.join(app, 'tsconfig.json'), tsconfig);
  const blocks = blocksOf(readFileSync(path.join(root, 'docs', 'recipes', `${name}.md`), 'utf8'));
  for (const { language, text, file } of blocks) {
    if (language !== 'sh' && language !== '' && file !== undefined) writeFileSync(path.join(app, file), text);
  }
  const runs = NEED_NO_SERVICE.includes(name);
  const shown = blocks.flatMap(({ language, text }) => (language === 'sh' ? text.trimEnd().split('\n') : []));
  const commands = runs ? shown.filter((line) => !line.startsWith('npm ')) : ['npx tsc'];
  let calls = 0;
  for (const command of commands) {
    const programs = { tsc: 'node_modules/typescript/bin/tsc', 'fc-traced': 'cli/dist/main.js' };
    const line = command.replace(
      /^npx ([\w-]+)/,
      (_, program) => `"${process.execPath}" "${path.join(root, programs[program])}"`,
    );
    const env = { ...process.env, TRACING_ENDPOINT: 'http://tracing.example/adapt_token/api/otlp/traces' };
    for (const used of ['AMQP_URL', 'RABBITMQ_INSTANCE']) env[used] ??= 'amqp://127.0.0.1';
    const { status, stdout, stderr } = spawnSync(line, { cwd: app, env, encoding: 'utf8', shell: true });
    console.log(`${name}: ${command}: ${status}`);
    if (command.startsWith('npx fc-traced run')) {
      calls += 1;
      assert.match(stdout, /InvokeFunction/, `no trace:\n${stdout}\n${stderr}`);
      // A call may fail, as its recipe says.
      assert.ok(status === 0 || status === 1);
    } else assert.equal(status, 0, `${stdout}\n${stderr}`);
  }
  assert.ok(!runs || calls > 0, `${name} has no call`);
}
