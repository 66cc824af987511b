import { createHandler, Handler } from 'fc-traced';
import type { FcContext } from 'fc-traced';
import { traceMcpClient, traceMcpServer } from 'fc-traced/mcp';
import type { McpTraceOptions } from 'fc-traced/mcp';
import { invoke } from 'fc-traced/testing';
import type { SpanRecord, TraceRecorder } from 'fc-traced/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { inMemory } from './transports';
import type { Connection } from './transports';
import { weatherClient, weatherServer } from './weather';
import type { WeatherClient, Generation } from './weather';

/** Runs `work` in an invocation whose span is named `invocation`. */
export async function inInvocation<T>(work: () => Promise<T>, context?: FcContext): Promise<T> {
  @Handler({ name: 'invocation' })
  class Caller {
    handle(): Promise<T> {
      return work();
    }
  }
  return (await invoke(createHandler(Caller).handler, {}, context)) as T;
}

/** Waits up to two seconds until `count` spans of this name have ended, and a moment longer for further ones. */
export async function waitForSpans(traces: TraceRecorder, name: string, count = 1): Promise<void> {
  for (let turn = 0; turn < 400 && traces.spans().filter((span) => span.name === name).length < count; turn += 1) {
    await sleep(5);
  }
  await sleep(10);
}

/** The spans of this name and kind, in the order in which they ended. */
export function spansOf(traces: TraceRecorder, name: string, kind?: SpanRecord['kind']): SpanRecord[] {
  return traces.spans().filter((span) => span.name === name && (kind === undefined || span.kind === kind));
}

/** Connects a traced client with a traced weather server in one process. */
export async function connectPair(
  generation: Generation,
  options: {
    readonly tracesServer?: boolean;
    readonly tracesClient?: boolean;
    readonly trace?: McpTraceOptions;
    readonly client?: object;
  } = {},
): Promise<Connection & { client: WeatherClient }> {
  const { tracesServer = true, tracesClient = true, trace } = options;
  const connection = await inMemory(generation, () =>
    tracesServer ? traceMcpServer(weatherServer(generation), trace) : weatherServer(generation),
  );
  const client = tracesClient
    ? traceMcpClient(weatherClient(generation, options.client), trace)
    : weatherClient(generation, options.client);
  await client.connect(connection.transport());
  return { ...connection, client };
}
