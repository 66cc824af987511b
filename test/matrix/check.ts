import { createHandler, Handler, startSpan } from 'fc-traced';
import { expectTrace, invoke, recordTraces } from 'fc-traced/testing';
import type { SpanRecord } from 'fc-traced/testing';

/** One thing that a user sees, with the program that shows it. */
export interface Check {
  readonly title: string;
  readonly body: () => unknown;
}

/** What the case files said, in their order. */
export const checks: Check[] = [];
export const traces = recordTraces();

/** Says what a user sees. The program runs once for each compiler and kind of decorators, in a process without jest. */
export function check(title: string, body: () => unknown): void {
  checks.push({ title, body });
}

/** Leaves a span under whichever is active: where a program stands in the trace. */
export function mark(name: string): void {
  startSpan(name).end();
}

/** The one trace so far is this tree. */
export function tree(expected: string): void {
  expectTrace(traces.only()).toMatchTree(expected);
}

/** The one span of a name that has ended. */
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

/** The names of the spans that have ended, in the order of their ends. */
export function ended(): string[] {
  return traces.spans().map(({ name }) => name);
}

/** The names of a span's events. */
export function events(name: string): string[] {
  return span(name).events.map((event) => event.name);
}

/** Runs a program as one invocation, whose span is named `invocation`; resolves to what it gave. */
export async function invocation<T>(work: () => T): Promise<Awaited<T>> {
  let given: Awaited<T> | undefined;
  @Handler({ name: 'invocation' })
  class Program {
    async handle(): Promise<void> {
      given = await work();
    }
  }
  await invoke(createHandler(Program).handler, {});
  return given as Awaited<T>;
}

export function pause(millis = 1): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}
