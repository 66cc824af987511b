import type { Cleanup } from '../cleanup';
import { ExitCode } from '../command';
import type { Backend, OptionValues } from '../options';
import { MissingService } from './child-program';
import { Deployment } from './deployment';
import type { Sample } from './sample';
import { SAMPLES } from './samples';
import { sendTraces } from './send-traces';
import { showTraces } from './show-traces';
import { paint, print } from '../terminal';
import { UsageError } from '../usage-error';

type Values = Pick<OptionValues, 'all' | 'built' | 'jaeger' | 'otlp' | 'write'>;

// Loaded on demand: most runs do not build.
const building = (): typeof import('./built-functions') =>
  require('./built-functions') as typeof import('./built-functions');

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
  { all, jaeger, otlp, write }: Omit<Values, 'built'>,
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
  { built, write }: Values,
  parent: Cleanup,
): Promise<boolean> {
  const cleanup = parent.nested();
  try {
    const folders = built ? await building().buildSample(sample.name, cleanup) : undefined;
    if (backend === undefined) return await showTraces(sample, cleanup, write, folders);
    const log = (line: string): void => print(paint('dim', `  started  ${line}`));
    return await sendTraces(sample, new Deployment(sample.name, backend.endpoint, cleanup, log, folders), backend);
  } finally {
    await cleanup.run();
  }
}

export { SAMPLES };

/** Runs samples with their services. Resolves to an exit code. */
export async function runSamples(values: Values, names: readonly string[], cleanup: Cleanup): Promise<number> {
  const { samples, backends } = selectionOf(values, names);
  let ok = true;
  let isServiceMissing = false;
  for (const one of samples) {
    if (cleanup.started) break;
    print(paint('bold', `${one.name}: ${one.question}`), '');
    try {
      for (const backend of backends.length === 0 ? [undefined] : backends) {
        ok = (await runSample(one, backend, values, cleanup)) && ok;
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
}
