import { performance } from 'node:perf_hooks';

// The entry points of the package import this module before any other, so that its values are accurate.

/** When the first module of fc-traced was evaluated, in milliseconds on the clock of `performance.now()`. */
export const firstModuleAt = performance.now();

/** Whether the event loop had not started at that time: only the main module and its dependencies had run. */
export const loadedBeforeEventLoop = (performance.nodeTiming?.loopStart ?? 0) < 0;
