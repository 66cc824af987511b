// A cold start: `cold.cjs PROGRAM-WAY MILLISECONDS`, where PROGRAM is one of `bench/programs`, or the one file that
// `fc-traced build` makes of it, with or without a compile cache, and WAY is a protocol or `unsampled`. Prints the
// nanoseconds from the start of loading to the first answer.
const { execFile, execFileSync } = require('node:child_process');
const { copyFileSync, existsSync, mkdirSync, statSync, symlinkSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');
const { startChild } = require('../child.cjs');
const { contend } = require('../measure.cjs');

const PROGRAMS = {
  sample: 'sample.cjs',
  ours: 'fc-traced.cjs',
  'one file': 'fc-traced.cjs',
  'compile cache': 'fc-traced.cjs',
};
/** The options of `fc-traced build` for the programs that are built. */
const BUILDS = { 'one file': ['--no-load'], 'compile cache': ['--compile-cache'] };
const WAYS = { otlp: ['/v1/traces', 1], jaeger: ['/api/traces', 1], unsampled: ['/v1/traces', 0] };

const root = path.join(__dirname, '..', '..');

/** Builds the program once for each build of fc-traced, in a folder where it is installed, as a user does. */
function oneFile(kind) {
  const { mtimeMs } = statSync(path.join(root, 'dist', 'chunk-core.js'));
  const folder = path.join(tmpdir(), `fc-traced-cold-${mtimeMs}`);
  const outDir = path.join(folder, kind.replace(' ', '-'));
  const built = path.join(outDir, 'program', 'program.js');
  if (!existsSync(built)) {
    mkdirSync(folder, { recursive: true });
    copyFileSync(path.join(__dirname, '..', 'programs', PROGRAMS[kind]), path.join(folder, 'program.cjs'));
    if (!existsSync(path.join(folder, 'node_modules'))) {
      symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
    }
    const cli = path.join(root, 'cli', 'dist', 'main.js');
    execFileSync(process.execPath, [cli, 'build', 'program.cjs', '--out-dir', outDir, ...BUILDS[kind]], {
      cwd: folder,
      // The cache applies only where the code is when it runs, which is /code on Function Compute.
      env: { ...process.env, FC_FUNC_CODE_PATH: path.dirname(built) },
      stdio: 'ignore',
    });
  }
  return built;
}

async function cold(kind, way) {
  const collector = await startChild('sink.cjs', []);
  try {
    const program = kind in BUILDS ? oneFile(kind) : path.join(__dirname, '..', 'programs', PROGRAMS[kind]);
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
  }
}

void contend(
  Object.fromEntries(
    Object.keys(PROGRAMS).flatMap((kind) => Object.keys(WAYS).map((way) => [`${kind}-${way}`, () => cold(kind, way)])),
  ),
);
