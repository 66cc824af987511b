import { performance } from '../clock';
import { slowestModules } from '../config/config';
import { warnOnce } from '../diagnostics';
import { state } from '../tracing/telemetry/state';
import type { RequireRecorder } from './slowest-requires';

function recordRequires(count: number): RequireRecorder | undefined {
  if (count === 0) return undefined;
  const { RequireRecorder } = require('./slowest-requires') as typeof import('./slowest-requires');
  return new RequireRecorder(count);
}

/** The recorder of this process, if `TRACED_SLOWEST_MODULES` is set. Otherwise nothing is loaded or replaced. */
export const requireRecorder = recordRequires(slowestModules());

/** Marks loading as ended once the modules that are loading now have been loaded. */
export function endLoadingSoon(): void {
  if (state.loadedAt === undefined) queueMicrotask(endLoading);
}

/** Marks loading as ended now, unless it has ended. Called at the latest when FC calls the function. */
export function endLoading(): void {
  if (state.loadedAt !== undefined) return;
  state.loadedAt = performance.now();
  requireRecorder?.stop();
  // Not earlier: no logger is set when the first module loads.
  if (requireRecorder?.isSupported === false) {
    warnOnce(
      'Node.js has changed: Module._load of node:module is missing or cannot be replaced, so TRACED_SLOWEST_MODULES has no effect',
    );
  }
}
