// A cold start: `cold.cjs PROGRAM-WAY MILLISECONDS`, where PROGRAM is one of `bench/programs`, or the output of `fc-traced build`
// for it, and WAY is a protocol or `unsampled`. Prints the nanoseconds from the start of loading to the first answer.
const { execFile, execFileSync } = require('node:child_process');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');
const { startChild } = require('../child.cjs');
const { contend } = require('../measure.cjs');

const PROGRAMS = { sample: 'sample.cjs', ours: 'fc-traced.cjs', 'one file': 'fc-traced.cjs' };
const WAYS = { otlp: ['/v1/traces', 1], jaeger: ['/api/traces', 1], unsampled: ['/v1/traces', 0] };

async function cold(kind, way) {
  const collector = await startChild('sink.cjs', []);
  const folder = mkdtempSync(path.join(tmpdir(), 'fc-traced-cold-'));
  try {
    let program = path.join(__dirname, '..', 'programs', PROGRAMS[kind]);
    if (kind === 'one file') {
      const cli = path.join(__dirname, '..', '..', 'cli', 'dist', 'main.js');
      execFileSync(process.execPath, [cli, 'build', program, '--out-dir', folder, '--no-load']);
      program = path.join(folder, 'fc-traced', 'fc-traced.js');
    }
    const [target, flag] = WAYS[way];
    const { stdout } = await promisify(execFile)(process.execPath, [
      path.join(__dirname, '..', 'cold-function.cjs'),
      program,
      collector.first + target,
      String(flag),
    ]);
    const steps = JSON.parse(stdout);
    if ((await collector.ask()) !== flag) throw new Error(`${kind}, ${way}: not delivered before the answer`);
    return steps.at(-1);
  } finally {
    collector.stop();
    rmSync(folder, { recursive: true });
  }
}

void contend(
  Object.fromEntries(
    Object.keys(PROGRAMS).flatMap((kind) => Object.keys(WAYS).map((way) => [`${kind}-${way}`, () => cold(kind, way)])),
  ),
);
