import type { Attributes, Context, HrTime, Span, Tracer } from '@opentelemetry/api';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { codeFolder } from '../config/config';
import { contextWithSpan } from '../tracing/context/linked-context';
import { state } from '../tracing/telemetry/state';
import { firstModuleAt, wasBeforeTheLoop } from './first-module';
import { requireWatch } from './loading';

/** After so long without work, in milliseconds, nobody was waiting: the instance, or its process, was kept ready. */
export const KEPT_READY_MILLIS = 10_000;

/** Whether an instance that was ready at `readyAt`, on the clock of `performance.now()`, has been so for that long. */
export function wasKeptReady(readyAt: number): boolean {
  // By either clock: one of them may have stood still while the instance did.
  return Math.max(performance.now() - readyAt, Date.now() - (performance.timeOrigin + readyAt)) > KEPT_READY_MILLIS;
}

/** A stretch of a start that is over. Times are milliseconds on the clock of `performance.now()`. */
export interface Phase {
  readonly name: string;
  readonly began: number;
  readonly ended: number;
  readonly attributes?: Attributes;
  /** What it consisted of, as far as that is known. */
  readonly within: readonly Phase[];
}

/** Takes the times of work as it is done, work inside work included. */
export class Phases {
  private done: Phase[] = [];

  /** What was done so far, earliest first. */
  get all(): readonly Phase[] {
    return this.done;
  }

  /** Does synchronous work and remembers when; what failed is not remembered. Returns and throws what `work` does. */
  measure<T>(name: string, work: () => T): T {
    const outer = this.done;
    const within: Phase[] = [];
    this.done = within;
    const began = performance.now();
    try {
      const result = work();
      outer.push({ name, began, ended: performance.now(), within });
      return result;
    } finally {
      this.done = outer;
    }
  }
}

/** From the clock of `performance.now()` to milliseconds since the epoch. */
export type WallClock = (mark: number) => number;

/**
 * The wall clock of this process, never beyond `latest`. A span of the SDK starts at a whole millisecond, up to one too early:
 * without that bound, what came before the invocation would seem to end inside of it. `offset`: how far `Date` was ahead.
 */
export function wallClock(offset: number, latest: number): WallClock {
  // What the wall clock was set by since the process started; to be behind by less than a millisecond is only that `Date` has no fractions.
  const shift = Math.max(0, offset) + Math.min(0, offset + 1);
  return (mark) => Math.min(performance.timeOrigin + mark + shift, latest);
}

/** When a span started, in milliseconds since the epoch; without a bound where that cannot be read. */
export function startOf(span: Span): number {
  const { startTime } = span as { startTime?: HrTime };
  return Array.isArray(startTime) ? startTime[0] * 1e3 + startTime[1] / 1e6 : Number.POSITIVE_INFINITY;
}

/** Makes the span of a phase that is over, and those of what it consisted of below it. */
export function recordPhase(tracer: Tracer, phase: Phase, context: Context, clock: WallClock): void {
  const span = tracer.startSpan(
    phase.name,
    { startTime: clock(phase.began), ...(phase.attributes && { attributes: phase.attributes }) },
    context,
  );
  const below = contextWithSpan(context, span);
  for (const inner of phase.within) recordPhase(tracer, inner, below, clock);
  span.end(clock(phase.ended));
}

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
