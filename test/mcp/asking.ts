import { createHandler, Handler } from 'fc-traced';
import type { FcContext } from 'fc-traced';
import { traceMcpClient, traceMcpServer } from 'fc-traced/mcp';
import type { McpTraceOptions } from 'fc-traced/mcp';
import { invoke } from 'fc-traced/testing';
import type { SpanRecord, TraceRecorder } from 'fc-traced/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { inMemory } from './links';
import type { Link } from './links';
import { weatherClient, weatherServer } from './weather';
import type { Asking, Generation } from './weather';

/** Runs a piece of work as the one thing that an invocation named `ask` does. */
export async function inInvocation<T>(work: () => Promise<T>, context?: FcContext): Promise<T> {
  @Handler({ name: 'ask' })
  class Ask {
    handle(): Promise<T> {
      return work();
    }
  }
  return (await invoke(createHandler(Ask).handler, {}, context)) as T;
}

/** Waits until so many spans of this name have ended, at most for two seconds; a span too many shows in the tree. */
export async function ended(traces: TraceRecorder, name: string, count = 1): Promise<void> {
  for (let turn = 0; turn < 400 && traces.spans().filter((span) => span.name === name).length < count; turn += 1) {
    await sleep(5);
  }
  await sleep(10);
}

/** The spans of this name and kind, in the order of their end. */
export function spansOf(traces: TraceRecorder, name: string, kind?: SpanRecord['kind']): SpanRecord[] {
  return traces.spans().filter((span) => span.name === name && (kind === undefined || span.kind === kind));
}

/** A traced weather server, and a traced client that is connected with it, in one process. */
export async function connected(
  generation: Generation,
  options: {
    readonly tracesServer?: boolean;
    readonly tracesClient?: boolean;
    readonly trace?: McpTraceOptions;
    readonly client?: object;
  } = {},
): Promise<Link & { client: Asking }> {
  const { tracesServer = true, tracesClient = true, trace } = options;
  const link = await inMemory(generation, () =>
    tracesServer ? traceMcpServer(weatherServer(generation), trace) : weatherServer(generation),
  );
  const client = tracesClient
    ? traceMcpClient(weatherClient(generation, options.client), trace)
    : weatherClient(generation, options.client);
  await client.connect(link.transport());
  return { ...link, client };
}
