import type { Metafile } from 'esbuild';
import type { FunctionSpec } from '../functions/function-spec';
import type { ExporterChoice } from './exporter-choice';
import type { FunctionModule } from './function-modules';
import type { SplitCode } from './split-code';

/** A function that has been bundled. */
export interface BundledFunction {
  readonly spec: FunctionSpec;
  readonly modules: readonly FunctionModule[];
  /** The folder to deploy. */
  readonly folder: string;
  /** The bundle in it, or the file that loads its code. */
  readonly file: string;
  /** The code of the bundle, if it can have a code cache. */
  readonly code: SplitCode | undefined;
  /** Whether it has the module by which its copy of `fc-traced` is called before the cache is written. */
  readonly hasWarmUp: boolean;
  readonly metafile: Metafile;
  readonly exporters: ExporterChoice;
  /** Packages in `node_modules` of the folder. */
  readonly copiedPackages: readonly string[];
  /** Those of them with a native addon, which is one for this machine. */
  readonly addons: readonly string[];
  /** Files that the function reads, relative to the folder. */
  readonly copiedFiles: readonly string[];
  /** What the developer should know. */
  readonly notes: readonly string[];
}
