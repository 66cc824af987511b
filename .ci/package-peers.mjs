// Asks npm what it would install for the packed package beside other packages of OpenTelemetry, without --force or
// --legacy-peer-deps. Each combination must be possible, and must share one copy of the API.
//   node .ci/package-peers.mjs
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const API = '@opentelemetry/api';
const major = Number(process.versions.node.split('.')[0]);

/** Packages to install beside fc-traced, the oldest major version of Node.js that they support, and the API's version. */
const COMBINATIONS = [
  [20, '1.10', []],
  [20, '1.9', ['@opentelemetry/auto-instrumentations-node@0.60.0']],
  [20, '1.9', ['@opentelemetry/auto-instrumentations-node@0.81.2']],
  [20, '1.9', ['@opentelemetry/instrumentation-http@0.57.0', '@opentelemetry/instrumentation-pg@0.50.0']],
  [20, '1.9', ['@opentelemetry/instrumentation-undici@0.33.0', '@opentelemetry/instrumentation-kafkajs@0.32.0']],
  [20, '1.9', ['@opentelemetry/sdk-trace-base@2.12.1', '@opentelemetry/sdk-node@0.223.0']],
  [20, '1.9', ['@opentelemetry/sdk-node@0.203.0']],
  [20, '1.10', ['@opentelemetry/api@1.10.0']],
  [22, '1.10', ['@opentelemetry/auto-instrumentations-node@0.82.0']],
  [22, '1.10', ['@opentelemetry/sdk-node@0.301.0']],
  [22, '1.10', ['@opentelemetry/sdk-trace@3.1.1', '@opentelemetry/context-async-hooks@3.1.1']],
  [22, '1.10', ['@opentelemetry/instrumentation-redis@0.72.0', '@opentelemetry/instrumentation-ioredis@0.72.0']],
  [22, '1.10', ['@opentelemetry/instrumentation-http@0.301.0', '@opentelemetry/instrumentation-mysql2@0.70.0']],
];

/** npm in this version of Node.js, which npm compares with the versions that packages support. */
function npm(cwd, ...args) {
  const which = process.platform === 'win32' ? 'where' : 'which';
  const cli = realpathSync(execFileSync(which, ['npm'], { encoding: 'utf8' }).trim().split('\n')[0]);
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { cwd, encoding: 'utf8' });
  assert.equal(status, 0, `npm ${args.join(' ')}\n${stderr}`);
  return stdout;
}

const work = mkdtempSync(path.join(tmpdir(), 'fc-traced-peers-'));
try {
  const [{ filename }] = JSON.parse(npm(root, 'pack', '--json', '--ignore-scripts', '--pack-destination', work));
  for (const [index, [node, api, packages]] of COMBINATIONS.entries()) {
    if (major < node) continue;
    const app = path.join(work, String(index));
    mkdirSync(app);
    writeFileSync(path.join(app, 'package.json'), JSON.stringify({ name: 'app', private: true }));
    const peers = ['reflect-metadata', 'tsyringe'];
    npm(app, 'install', '--package-lock-only', '--prefer-offline', path.join(work, filename), ...peers, ...packages);
    const lock = JSON.parse(readFileSync(path.join(app, 'package-lock.json'), 'utf8'));
    const copies = Object.entries(lock.packages).filter(([folder]) => folder.endsWith(`node_modules/${API}`));
    assert.equal(copies.length, 1, `${packages.join(', ')}: ${copies.length} copies of ${API}`);
    assert.ok(copies[0][1].version.startsWith(`${api}.`), `${packages.join(', ')}: ${API} ${copies[0][1].version}`);
    console.log(`Node.js ${process.versions.node}, ${API} ${copies[0][1].version}: ${packages.join(', ') || 'alone'}`);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
