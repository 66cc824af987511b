import { columns, commandHelp, ExitCode } from '../command';
import type { Command } from '../command';
import { print } from '../terminal';

// Loaded on demand: the other commands need none of the services of the samples.
const samples = (): typeof import('../samples/run-samples') =>
  require('../samples/run-samples') as typeof import('../samples/run-samples');

/** Runs samples with their services and shows their traces, or sends them to backends. */
export const sample: Command<'all' | 'built' | 'jaeger' | 'otlp' | 'write'> = {
  name: 'sample',
  summary: 'run samples with the services that they need, and compare their traces with the expected ones',
  positionals: 'NAME...',
  npmScript: 'npm run sample',
  options: ['all', 'built', 'jaeger', 'otlp', 'write'],
  get helpBeforeOptions() {
    return `samples:\n${columns(samples().SAMPLES.map(({ name, question }) => [name, question]))}`;
  },
  helpAfterOptions: `Without a URL, the traces go to a collector on this machine, and are printed and compared with the expected ones.

exit codes:
  0  all traces are as expected
  1  a trace is incomplete, different from the expected one, or was not sent
  2  the command line is wrong
  3  a service is not installed`,
  async run(values, names, { cleanup }) {
    const { all, jaeger, otlp, write } = values;
    if (names.length === 0 && !all && !write && jaeger === undefined && otlp === undefined) {
      print(commandHelp(sample));
      return ExitCode.Ok;
    }
    const { runSamples } = samples();
    return runSamples(values, names, cleanup);
  },
};
