import { getTsconfig } from 'get-tsconfig';
import type { TsConfigResult } from 'get-tsconfig';
import { referencedProjects, tsconfigProblem } from '../bundling/typescript-settings';
import { UsageError } from '../usage-error';

function reading<Read>(folder: string, read: () => Read): Read {
  try {
    return read();
  } catch (error) {
    throw new UsageError(tsconfigProblem(folder, error as Error), { cause: error });
  }
}

/**
 * The `tsconfig.json` that applies to a folder, with the settings that it extends; `null` if there is none. Throws a
 * `UsageError` if it cannot be read.
 */
export function tsconfigFor(folder: string): TsConfigResult | null {
  return reading(folder, () => getTsconfig(folder));
}

/** The same, and the projects that it references. */
export function projectsFor(folder: string): TsConfigResult[] {
  const nearest = tsconfigFor(folder);
  return nearest === null ? [] : [nearest, ...reading(folder, () => referencedProjects(nearest))];
}
