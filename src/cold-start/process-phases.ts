import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { codeFolder } from '../config/config';
import { state } from '../tracing/telemetry/state';
import { firstModuleAt, wasBeforeTheLoop } from './first-module';
import { requireWatch } from './loading';
import type { Phase } from './phases';

/** A package's files, down to its name: what stands after the last `node_modules`. */
const PACKAGE = /^.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/s;

/** Whether a module is asked for by a package's name, and not by its place. */
export function isBare(request: string): boolean {
  return !/^\.\.?(?:[\\/]|$)/.test(request) && !path.isAbsolute(request);
}

/** The package that a file belongs to, if it lies in one. */
export function packageOf(file: string): string | undefined {
  return PACKAGE.exec(file)?.[1]?.replaceAll('\\', '/');
}

/** Whether a file is the program's own: below its code folder, and in no package. */
export function isOwnFile(file: string, codeFolder: string): boolean {
  const below = path.relative(codeFolder, file);
  return below !== '' && !below.startsWith('..') && !path.isAbsolute(below) && packageOf(file) === undefined;
}

/**
 * What a module is called in a trace: as it was asked for where that is a package, else its path below the code folder.
 * Where a file lies on this machine is never shown: outside of that folder its package has to do, or its bare name.
 */
export function moduleName(request: string, requiredBy: string | undefined, codeFolder: string): string {
  if (isBare(request)) return request;
  const file = path.resolve(requiredBy === undefined ? codeFolder : path.dirname(requiredBy), request);
  if (isOwnFile(file, codeFolder)) return path.relative(codeFolder, file).replaceAll('\\', '/');
  return packageOf(file) ?? path.basename(file);
}

/** What the process did before the function could be called. */
export function processPhases(): readonly Phase[] {
  const { bootstrapComplete } = performance.nodeTiming;
  // What is preloaded (`node --require`) runs before Node.js says that it is ready.
  const ready = Math.min(bootstrapComplete, firstModuleAt);
  const started: Phase = { name: 'start process', began: 0, ended: ready, within: [] };
  if (state.loadedAt === undefined) return [started];
  const began = isMainProgram() ? ready : firstModuleAt;
  return [started, { name: 'load modules', began, ended: state.loadedAt, within: requireWatch?.phases() ?? [] }];
}

/**
 * Whether the program is what the process was started with, as in a custom runtime: then all that ran so far is the program being
 * loaded. In FC's own runtime it may as well have been the wait for the program's code.
 */
function isMainProgram(): boolean {
  return wasBeforeTheLoop && process.argv[1] !== undefined && isOwnFile(process.argv[1], codeFolder());
}
