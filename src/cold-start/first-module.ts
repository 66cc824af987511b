import { performance } from 'node:perf_hooks';

// Imported before all else by the doors of the package, so that these are true.

/** When the first module of fc-traced was evaluated, on the clock of `performance.now()`. */
export const firstModuleAt = performance.now();

/** Whether the event loop had not begun by then: so far nothing ran but the main module and what it requires. */
export const wasBeforeTheLoop = performance.nodeTiming.loopStart < 0;
