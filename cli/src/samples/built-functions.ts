import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunction } from '../build/bundle-function';
import { TypeScriptOutput } from '../bundling/typescript-output';
import { onExit } from '../cleanup';
import type { Cleanup } from '../cleanup';
import { readServerlessDevs } from '../functions/serverless-devs';
import { REPOSITORY } from './deployment';

/** The folders of built functions, by the names of the functions. */
export type BuiltFolders = ReadonlyMap<string, string>;

/**
 * Bundles the functions of a sample as `fc-traced build` does, into a temporary folder from which no installed packages
 * are found. The cleanup removes it.
 */
export async function buildSample(sampleName: string, cleanup: Cleanup): Promise<BuiltFolders> {
  const outDir = mkdtempSync(join(realpathSync(tmpdir()), `fc-traced-built-${sampleName}-`));
  const remove = (): void => rmSync(outDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
  const cancel = onExit(remove);
  cleanup.defer(() => {
    cancel();
    remove();
  });
  const typescript = new TypeScriptOutput();
  const folders = new Map<string, string>();
  for (const spec of readServerlessDevs(join(REPOSITORY, 'samples', sampleName, 's.yaml'))) {
    const settings = { outDir, external: [], include: [], exporter: undefined, sourceMaps: false };
    folders.set(spec.name, (await bundleFunction(spec, settings, typescript)).folder);
  }
  return folders;
}
