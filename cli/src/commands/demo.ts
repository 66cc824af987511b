import type { Command } from '../command';

/** Runs the sample `orders` and shows its traces, or sends them to backends. */
export const demo: Command<'jaeger' | 'otlp' | 'open' | 'stay'> = {
  name: 'demo',
  summary: 'run the sample orders over both protocols and print its traces',
  npmScript: 'npm start',
  options: ['jaeger', 'otlp', 'open', 'stay'],
  helpAfterOptions: `Without a URL, the traces go to a collector on this machine, once over each protocol, and are printed. In a
terminal, or with --stay or --open, the viewer shows them until Ctrl-C; otherwise demo ends by itself.

exit codes:
  0  all traces arrived
  1  a trace is incomplete or was not sent
  2  the command line is wrong`,
  async run({ jaeger, otlp, open, stay }, _positionals, { cleanup }) {
    const backends = [jaeger, otlp].filter((backend) => backend !== undefined);
    const { runDemo } = require('../samples/run-demo') as typeof import('../samples/run-demo');
    return runDemo(backends, { open, stay }, cleanup);
  },
};
