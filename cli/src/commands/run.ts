import type { Command } from '../command';
import { findFunction } from '../functions/target';
import { UsageError } from '../usage-error';

const OPTION_NAMES = [
  'event',
  'trigger',
  'http',
  'repeat',
  'concurrency',
  'traceparent',
  'sample',
  'no-tracing',
  'timeout',
  'memory',
  'generation',
  'format',
  'open',
  'stay',
] as const;

/** Calls a function and prints its answer, its logs and its trace. */
export const run: Command<(typeof OPTION_NAMES)[number]> = {
  name: 'run',
  summary: 'call a function, and print its answer, its logs and its trace',
  positionals: '[FUNCTION]',
  options: OPTION_NAMES,
  helpBeforeOptions: `FUNCTION is a module, as dist/handler.js or dist/handler.handler, or a function of s.yaml, by its name or as s.yaml#NAME.
Without it, it is the only function of the s.yaml in this folder.`,
  helpAfterOptions: `TypeScript runs where @swc-node/register and @swc/core, or tsx, are installed. tsx emits no decorator metadata:
classes are then not injected by their types.

exit codes:
  0  all calls succeeded
  1  a call failed, or an HTTP request got a status of 400 or more
  2  the command line is wrong, or the function cannot be run`,
  async run(values, [target, ...others], { cleanup }) {
    if (others.length > 0) throw new UsageError('run takes one function; --repeat calls it several times');
    const spec = findFunction(target);
    const { timeout = spec.timeout, memory = spec.memorySize, generation = spec.generation } = values;
    const { runFunction } = require('../run/run-function') as typeof import('../run/run-function');
    return runFunction({ ...spec, timeout, memorySize: memory, generation }, values, cleanup);
  },
};
