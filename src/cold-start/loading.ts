import { performance } from 'node:perf_hooks';
import { state } from '../tracing/telemetry/state';
import { requireWatch } from './require-watch';

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
