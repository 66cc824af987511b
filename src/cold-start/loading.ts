import { performance } from 'node:perf_hooks';
import { slowestModules } from '../config/config';
import { state } from '../tracing/telemetry/state';
import type { RequireWatch } from './slowest-requires';

function watchRequires(count: number): RequireWatch | undefined {
  if (count === 0) return undefined;
  const { RequireWatch } = require('./slowest-requires') as typeof import('./slowest-requires');
  return new RequireWatch(count);
}

/** The watch over the modules of this process, where `TRACED_SLOWEST_MODULES` asks for it; without, nothing is loaded or touched. */
export const requireWatch = watchRequires(slowestModules());

/** Has loading end with the synchronous work that is under way: the modules that are being loaded now. */
export function watchLoading(): void {
  if (state.loadedAt === undefined) queueMicrotask(endLoading);
}

/** Takes loading as ended, at the latest when FC calls. */
export function endLoading(): void {
  if (state.loadedAt !== undefined) return;
  state.loadedAt = performance.now();
  requireWatch?.stop();
}
