import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

const cached = path.join(
  process.env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'),
  'fc-traced',
  'jaeger-v1.76.0',
  'jaeger',
);

/** The Jaeger v2 program to test against: `JAEGER_BIN`, or what `.ci/jaeger.sh` built before; undefined when neither exists. */
export function findJaeger(): string | undefined {
  return [process.env['JAEGER_BIN'], cached].find((file) => file !== undefined && file !== '' && existsSync(file));
}

/** Where the tests may not be skipped (`.ci/run`), a missing Jaeger is an error. */
export const jaegerRequired = process.env['FC_TRACED_REQUIRE_JAEGER'] === '1';

export const howToGetJaeger = 'no Jaeger v2 found: set JAEGER_BIN, or build one with .ci/jaeger.sh (needs Go)';
