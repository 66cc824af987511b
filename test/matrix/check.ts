import { createHandler, Handler, startSpan } from 'fc-traced';
import { expectTrace, invoke, recordTraces } from 'fc-traced/testing';
import type { SpanRecord } from 'fc-traced/testing';

/** A check: a statement about the behaviour, and the program that verifies it. */
export interface Check {
  readonly title: string;
  readonly body: () => unknown;
}

/** The checks of the loaded case files, in order. */
export const checks: Check[] = [];
export const traces = recordTraces();

/** Adds a check. Its program runs once for each compiler and kind of decorators, in a process without jest. */
export function check(title: string, body: () => unknown): void {
  checks.push({ title, body });
}

/**
 * Like {@link check}, for what only native `async` functions, async generators and class names show. Compiled to ES2015,
 * they are ordinary functions; docs/traced.md says what differs.
 */
export function checkNative(title: string, body: () => unknown): void {
  if (process.env['MATRIX_TARGET'] !== 'es2015') check(title, body);
}

/** Starts and ends a child span of the active span, to show which span is active. */
export function mark(name: string): void {
  startSpan(name).end();
}

/** Expects that there is one trace, and that it is this tree. */
export function tree(expected: string): void {
  expectTrace(traces.only()).toMatchTree(expected);
}

/** Returns the only ended span with this name. */
export function span(name: string): SpanRecord {
  const [found, ...more] = traces.spans().filter((each) => each.name === name);
  if (found === undefined || more.length > 0) {
    throw new Error(
      `${more.length + (found ? 1 : 0)} spans are named ${name}, of ${
        traces
          .spans()
          .map((each) => each.name)
          .join(', ') || 'none'
      }`,
    );
  }
  return found;
}

/** Returns the names of the ended spans, in the order of their ends. */
export function ended(): string[] {
  return traces.spans().map(({ name }) => name);
}

/** Returns the names of a span's events. */
export function events(name: string): string[] {
  return span(name).events.map((event) => event.name);
}

/** Runs a program in an invocation whose span is named `invocation`, and resolves to its result. */
export async function invocation<T>(work: () => T): Promise<Awaited<T>> {
  let result: Awaited<T> | undefined;
  @Handler({ name: 'invocation' })
  class Program {
    async handle(): Promise<void> {
      result = await work();
    }
  }
  await invoke(createHandler(Program).handler, {});
  return result as Awaited<T>;
}

export function pause(millis = 1): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}
