import { readFileSync } from 'node:fs';
import type { ScaledFunction } from '../emulator/scaled-function';
import type { ServerInstance } from '../emulator/server-instance';
import type { Deployment } from './deployment';
import { callEach } from './sample';
import type { Sample, SampleCall, SampleRun, SingleCallRun } from './sample';

/** A transport between client and server: the files of the two functions, and the path on the server. */
interface Transport {
  readonly client: string;
  readonly server: string;
  readonly path: string;
}

/** All transports that can connect two functions. */
export const TRANSPORTS = {
  sse: { client: 'handler', server: 'server', path: '/sse' },
  streamable: { client: 'handler', server: 'streamable', path: '/mcp' },
  generation2: { client: 'handler-2', server: 'server-2', path: '/mcp' },
} as const satisfies Record<string, Transport>;

/** Deploys both functions. */
export async function deployBoth(
  deployment: Deployment,
  { client, server, path }: Transport,
  sampled = true,
): Promise<{ readonly assistant: ScaledFunction; readonly weather: ServerInstance }> {
  const tracing = { endpoint: deployment.endpoint, sampled };
  const weather = deployment.addServer(`${server}.js`, {
    functionName: 'weather',
    initializer: true,
    instanceConcurrency: 40,
    env: { WEATHER_FILE: deployment.file('weather.json') },
    tracing,
  });
  const { url } = await deployment.addHttpTrigger(`weather, ${server}.ts`, weather);
  const assistant = deployment.addFunction({
    functionName: 'assistant',
    handler: `${client}.handler`,
    initializer: `${client}.initialize`,
    timeout: 60,
    env: { MCP_SERVER_URL: url + path },
    tracing,
  });
  return { assistant, weather };
}

/** Twelve concurrent calls. Each has its own warm instance of the client; all share one instance of the server. */
async function twelveConcurrentCalls(deployment: Deployment, assistant: ScaledFunction): Promise<SampleRun> {
  const event = readFileSync(deployment.file('event.json'), 'utf8').trim();
  const call = (times: number): Promise<SampleCall[]> =>
    Promise.all(Array.from({ length: times }, async () => ({ event, invocation: await assistant.invoke(event) })));
  for (const instances of [4, 8, 12]) await call(instances);
  return { name: 'twelve', title: 'one of twelve concurrent calls', calls: await call(12) };
}

async function* runOver(
  transport: Transport,
  deployment: Deployment,
  singleCalls: readonly SingleCallRun[],
  furtherRuns: (assistant: ScaledFunction) => Promise<SampleRun[]> = async () => [],
): AsyncGenerator<SampleRun> {
  const { assistant, weather } = await deployBoth(deployment, transport);
  const runs: SampleRun[] = [];
  for await (const run of callEach(deployment, assistant, singleCalls)) runs.push(run);
  runs.push(...(await furtherRuns(assistant)));
  // The span of a connection ends when the client disconnects, when no response is left that could wait for its
  // delivery. If FC freezes the instance before, the span is sent with the next request or, as here, by the preStop
  // hook.
  await weather.preStop();
  yield* runs;
}

/** An MCP client in one function calls an MCP server in another, over every transport that can connect functions. */
export const mcpWeather: Sample = {
  name: 'mcp-weather',
  question:
    'What happens between an MCP client and an MCP server in two functions: the connection, its messages, the tool, and which of the two had a cold start?',
  attributes: [
    'fc.function_name',
    'faas.coldstart',
    'http.response.status_code',
    'weather.city',
    'weather.sky',
    'error.type',
  ],
  async *run(deployment) {
    yield* runOver(
      TRANSPORTS.sse,
      deployment,
      [
        { name: 'cold', title: 'cold call, over SSE' },
        { name: 'warm', title: 'warm call' },
        { name: 'failing', title: 'failing call: there is no forecast for that city', event: { city: 'Atlantis' } },
      ],
      async (assistant) => [await twelveConcurrentCalls(deployment, assistant)],
    );
    yield* runOver(TRANSPORTS.streamable, deployment, [
      { name: 'streamable-cold', title: 'cold call, over streamable HTTP with a session' },
      { name: 'streamable-warm', title: 'warm call' },
    ]);
    yield* runOver(TRANSPORTS.generation2, deployment, [
      { name: 'generation-2-cold', title: 'cold call, over streamable HTTP, with version 2 of the SDK' },
      { name: 'generation-2-warm', title: 'warm call' },
    ]);
  },
};
