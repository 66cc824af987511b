import { performance } from '../clock';

// The entry points of the package import this module before any other, so that its values are accurate.

// Not `performance.now()`, whose module is not loaded yet. Both are times of the same clock. Tests replace the function.
const { hrtime } = process;
const evaluatedAt = hrtime();
let firstModuleMillis: number | undefined;

/** When the first module of fc-traced was evaluated, in milliseconds on the clock of `performance.now()`. */
export function firstModuleAt(): number {
  if (firstModuleMillis === undefined) {
    const [seconds, nanos] = hrtime(evaluatedAt);
    firstModuleMillis = performance.now() - (seconds * 1e3 + nanos / 1e6);
  }
  return firstModuleMillis;
}

/** Whether the event loop had not started at that time: only the main module and its dependencies had run. */
export function isLoadedBeforeEventLoop(): boolean {
  const loopStart = performance.nodeTiming?.loopStart ?? 0;
  return loopStart < 0 || loopStart > firstModuleAt();
}
