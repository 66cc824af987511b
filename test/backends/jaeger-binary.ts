import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

const cached = path.join(
  process.env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'),
  'fc-traced',
  'jaeger-v1.76.0',
  'jaeger',
);

/**
 * The path of Jaeger v2: `JAEGER_BIN`, or where the tests must not be skipped, the one that `.ci/jaeger.sh` built;
 * `undefined` when it does not exist. `npm test` skips these tests, because `.ci/run` has a step for them.
 */
export function findJaeger(): string | undefined {
  return [process.env['JAEGER_BIN'], jaegerRequired ? cached : undefined].find(
    (file) => file !== undefined && file !== '' && existsSync(file),
  );
}

/** `.ci/run` sets this where the tests must not be skipped. */
export const jaegerRequired = process.env['FC_TRACED_REQUIRE_JAEGER'] === '1';

export const jaegerInstructions = 'Jaeger v2 was not found: set JAEGER_BIN, or run .ci/run, which builds it with Go';
