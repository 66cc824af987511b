import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

export const root = path.join(__dirname, '..', '..');
export const dist = path.join(root, 'dist');

/**
 * Runs a CommonJS script in a new process, in which `dist` and `cli` are the paths of the build, and returns the value
 * passed to `report`.
 */
export async function inFreshProcess<T>(script: string, env: Record<string, string> = {}): Promise<T> {
  if (!existsSync(path.join(dist, 'index.js'))) {
    throw new Error('dist is missing: run `npm run build` first, which `npm test` does');
  }
  const prelude = `const dist = ${JSON.stringify(dist + path.sep)}; const cli = ${JSON.stringify(path.join(root, 'cli', 'dist') + path.sep)}; const mark = '\\u0001'; const report = (value) => process.stdout.write(mark + JSON.stringify(value) + mark);`;
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(OTEL_|FC_|NODE_OPTIONS)/.test(name)),
  );
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['-e', `${prelude}(async () => {${script}})().catch((error) => { console.error(error); process.exit(1); });`],
    {
      cwd: root,
      env: { ...clean, ...env },
      maxBuffer: 1 << 26,
      timeout: 25_000,
    },
  );
  return JSON.parse(stdout.split('\u0001')[1] ?? '') as T;
}

/** Returns the source text of a realistic FC context with this `tracing`. */
export function contextSource(tracing: object): string {
  return JSON.stringify({
    requestId: '1-691f0000-15b1c3f1-0123456789ab',
    credentials: {},
    region: 'cn-hangzhou',
    accountId: '1234567890123456',
    retryCount: 0,
    function: { name: 'orders', handler: 'index.handler', memory: 512, timeout: 60 },
    service: { logProject: '', logStore: '', qualifier: 'LATEST', versionId: '' },
    logger: {},
    tracing: { openTracingSpanBaggages: {}, ...tracing },
  });
}
