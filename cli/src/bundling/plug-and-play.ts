import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BundleError } from './bundle-error';

/** Whether a folder is in a project of Yarn Plug'n'Play. */
function hasPlugAndPlay(folder: string): boolean {
  if (existsSync(join(folder, '.pnp.cjs'))) return true;
  return dirname(folder) !== folder && hasPlugAndPlay(dirname(folder));
}

/**
 * Throws a {@link BundleError} if the packages of a folder are only found by a process that Yarn starts, and this one
 * was started otherwise.
 */
export function checkPlugAndPlay(folder: string): void {
  if (process.versions['pnp'] !== undefined || !hasPlugAndPlay(folder)) return;
  throw new BundleError(
    'BUNDLE_FAILED',
    "the packages of this project are installed with Yarn Plug'n'Play, so only Yarn finds them. Run yarn fc-traced build, " +
      'or set nodeLinker: node-modules in .yarnrc.yml',
  );
}
