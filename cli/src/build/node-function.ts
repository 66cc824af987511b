import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isServer } from '../functions/function-spec';
import type { FunctionSpec } from '../functions/function-spec';

const PROGRAM = /(?:^|[\s/\\'"=;&(])(?:node|npm|npx|yarn|pnpm|tsx|ts-node)(?:\.exe)?(?=[\s'";]|$)/im;

/** Whether a function runs on Node.js. A custom runtime whose start command is not known may. */
export function isNodeFunction(spec: FunctionSpec): boolean {
  const { runtime, command, codeDir } = spec;
  if (!isServer(spec)) return runtime.startsWith('nodejs');
  if (runtime === 'custom-container') return false;
  const bootstrap = join(codeDir, 'bootstrap');
  const started = command?.join(' ') ?? (existsSync(bootstrap) ? readFileSync(bootstrap, 'utf8') : undefined);
  return started === undefined || PROGRAM.test(started);
}
