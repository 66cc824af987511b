import { ExitCode } from '../command';
import type { Command } from '../command';
import { findFunctions } from '../functions/target';
import { UsageError } from '../usage-error';

const OPTION_NAMES = ['port', 'viewer-port', 'store', 'sample', 'no-tracing', 'timers', 'inspect', 'open'] as const;

/** Serves functions while they are developed. */
export const dev: Command<(typeof OPTION_NAMES)[number]> = {
  name: 'dev',
  summary: 'serve the functions of s.yaml, reload them when files change, and show their traces',
  positionals: '[FUNCTIONS]',
  options: OPTION_NAMES,
  helpBeforeOptions: `FUNCTIONS is s.yaml, its folder, one of its functions as s.yaml#NAME, or a module. Without it, it is the s.yaml in this
folder. InvokeFunction is on the port, by default 9000, and the HTTP triggers on the ports after it. Each function has
one warm instance, which is replaced after a timeout, after a crash, and once per change of files.`,
  helpAfterOptions: `To call a function as a trigger or one of its timers does, with the fields of an event that differ:
  curl -X POST http://127.0.0.1:9000/functions/NAME/triggers/oss -d '{"events":[{"oss":{"object":{"key":"a.png"}}}]}'

exit codes:
  2  the command line is wrong, s.yaml cannot be read, or the port is in use`,
  async run(values, [target, ...others], { cleanup }) {
    if (others.length > 0) throw new UsageError('dev takes one s.yaml or module');
    const read = () => findFunctions(target);
    const { serveFunctions } = require('../dev/serve-functions') as typeof import('../dev/serve-functions');
    const { openInBrowser, untilInterrupted } =
      require('../traces/keep-viewer') as typeof import('../traces/keep-viewer');
    const url = await serveFunctions(read(), read, values, cleanup);
    if (values.open) openInBrowser(url);
    await untilInterrupted(cleanup);
    return ExitCode.Ok;
  },
};
