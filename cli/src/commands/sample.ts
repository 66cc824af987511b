import type { Cleanup } from '../cleanup';
import { columns, commandHelp, ExitCode } from '../command';
import type { Command } from '../command';
import { UsageError } from '../options';
import type { Backend, OptionValues } from '../options';
import { MissingService } from '../samples/child-program';
import { Deployment } from '../samples/deployment';
import type { Sample } from '../samples/sample';
import { SAMPLES } from '../samples/samples';
import { sendTraces } from '../samples/send-traces';
import { showTraces } from '../samples/show-traces';
import { paint, print } from '../terminal';

type Values = Pick<OptionValues, 'all' | 'jaeger' | 'otlp' | 'write'>;

function sampleOf(name: string): Sample {
  const found = SAMPLES.find((one) => one.name === name);
  if (found === undefined) {
    throw new UsageError(`there is no sample "${name}"; the samples are ${SAMPLES.map((one) => one.name).join(', ')}`);
  }
  return found;
}

/**
 * The samples and backends that the command line asks for. Throws a `UsageError` when its parts contradict each other.
 */
export function selectionOf(
  { all, jaeger, otlp, write }: Values,
  names: readonly string[],
): { samples: readonly Sample[]; backends: readonly Backend[] } {
  if (all && names.length > 0) throw new UsageError('--all takes no names');
  if (!all && names.length === 0) throw new UsageError('name a sample, or use --all');
  const samples = all ? SAMPLES : names.map(sampleOf);
  const backends = [jaeger, otlp].filter((backend) => backend !== undefined);
  if (write && backends.length > 0) {
    throw new UsageError('--write cannot be used with --jaeger or --otlp: it needs the traces here');
  }
  return { samples, backends };
}

/**
 * Runs a sample against a collector on this machine, or against a backend. Resolves to whether all traces are as
 * expected.
 */
async function runSample(
  sample: Sample,
  backend: Backend | undefined,
  write: boolean,
  parent: Cleanup,
): Promise<boolean> {
  const cleanup = parent.nested();
  try {
    if (backend === undefined) return await showTraces(sample, cleanup, write);
    const log = (line: string): void => print(paint('dim', `  started  ${line}`));
    return await sendTraces(sample, new Deployment(sample.name, backend.endpoint, cleanup, log), backend);
  } finally {
    await cleanup.run();
  }
}

/** Runs samples with their services and shows their traces, or sends them to backends. */
export const sample: Command<'all' | 'jaeger' | 'otlp' | 'write'> = {
  name: 'sample',
  summary: 'run samples with the services that they need, and compare their traces with the expected ones',
  positionals: 'NAME...',
  npmScript: 'npm run sample',
  options: ['all', 'jaeger', 'otlp', 'write'],
  helpBeforeOptions: `samples:\n${columns(SAMPLES.map(({ name, question }) => [name, question]))}`,
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
    const { samples, backends } = selectionOf(values, names);
    let ok = true;
    let isServiceMissing = false;
    for (const one of samples) {
      if (cleanup.started) break;
      print(paint('bold', `${one.name}: ${one.question}`), '');
      try {
        for (const backend of backends.length === 0 ? [undefined] : backends) {
          ok = (await runSample(one, backend, write, cleanup)) && ok;
        }
      } catch (error) {
        if (!(error instanceof MissingService)) throw error;
        // The other samples do not need this service.
        process.stderr.write(`${error.message}\n\n`);
        isServiceMissing = true;
      }
    }
    if (!ok) return ExitCode.Failed;
    return isServiceMissing ? ExitCode.MissingService : ExitCode.Ok;
  },
};
