import { performance } from 'node:perf_hooks';
import { codeFolder } from '../config/config';
import { state } from '../tracing/telemetry/state';
import { firstModuleAt, wasBeforeTheLoop } from './first-module';
import { isOwnFile } from './module-name';
import type { Phase } from './phase';
import { requireWatch } from './require-watch';

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
