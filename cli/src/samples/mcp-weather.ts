import { readFileSync } from 'node:fs';
import type { ScaledFunction } from '../emulator/scaled-function';
import type { ServerInstance } from '../emulator/server-instance';
import { callEach } from './single-function';
import type { RunEvent } from './single-function';
import type { Stage } from './deployment';
import type { Run, Story, StoryCall } from './sample';

/** A way that client and server of a generation of the SDK are connected: the files of both functions, and the server's path. */
interface Way {
  readonly client: string;
  readonly server: string;
  readonly path: string;
}

/** The ways there are. */
export const WAYS = {
  sse: { client: 'handler', server: 'server', path: '/sse' },
  streamable: { client: 'handler', server: 'streamable', path: '/mcp' },
  generation2: { client: 'handler-2', server: 'server-2', path: '/mcp' },
} as const satisfies Record<string, Way>;

/** Deploys both functions. */
export async function deployBoth(
  stage: Stage,
  { client, server, path }: Way,
  sampled = true,
): Promise<{ readonly assistant: ScaledFunction; readonly weather: ServerInstance }> {
  const tracing = { endpoint: stage.endpoint, sampled };
  const weather = stage.deployServer(`${server}.js`, {
    functionName: 'weather',
    initializer: true,
    instanceConcurrency: 40,
    env: { WEATHER_FILE: stage.file('weather.json') },
    tracing,
  });
  const { url } = await stage.trigger(`weather, ${server}.ts`, weather);
  const assistant = stage.deploy({
    functionName: 'assistant',
    handler: `${client}.handler`,
    initializer: `${client}.initialize`,
    timeout: 60,
    env: { MCP_SERVER_URL: url + path },
    tracing,
  });
  return { assistant, weather };
}

/** Twelve questions at once: they have an instance of the client each, started before, and share the server's. */
async function twelveAtOnce(stage: Stage, assistant: ScaledFunction): Promise<Run> {
  const event = readFileSync(stage.file('event.json'), 'utf8').trim();
  const ask = (times: number): Promise<StoryCall[]> =>
    Promise.all(Array.from({ length: times }, async () => ({ event, invocation: await assistant.invoke(event) })));
  for (const instances of [4, 8, 12]) await ask(instances);
  return { name: 'twelve', title: 'one of twelve calls at once', calls: await ask(12) };
}

async function* play(
  stage: Stage,
  way: Way,
  runs: readonly RunEvent[],
  more: (assistant: ScaledFunction) => Promise<Run[]> = async () => [],
): AsyncGenerator<Run> {
  const { assistant, weather } = await deployBoth(stage, way);
  const made: Run[] = [];
  for await (const run of callEach(stage, assistant, runs)) made.push(run);
  made.push(...(await more(assistant)));
  // A connection ends when its client leaves, and there is no answer that could wait until its span is delivered: when FC freezes the instance
  // first, that span comes with the next request, or, as here, when FC takes the instance away.
  await weather.preStop();
  yield* made;
}

/** An MCP client in a function asks an MCP server in another, over every transport that functions can be connected by. */
export const mcpWeather: Story = {
  name: 'mcp-weather',
  question:
    'What happens between an MCP client and an MCP server, each a function: the connection, its messages, the tool, and whose cold start is it?',
  attributes: [
    'fc.function_name',
    'faas.coldstart',
    'http.response.status_code',
    'weather.city',
    'weather.sky',
    'error.type',
  ],
  async *play(stage) {
    yield* play(
      stage,
      WAYS.sse,
      [
        { name: 'cold', title: 'cold call, over SSE' },
        { name: 'warm', title: 'warm call' },
        { name: 'failing', title: 'failing call: nobody knows the weather there', event: { city: 'Atlantis' } },
      ],
      async (assistant) => [await twelveAtOnce(stage, assistant)],
    );
    yield* play(stage, WAYS.streamable, [
      { name: 'streamable-cold', title: 'cold call, over streamable HTTP with a session' },
      { name: 'streamable-warm', title: 'warm call' },
    ]);
    yield* play(stage, WAYS.generation2, [
      { name: 'generation-2-cold', title: 'cold call, over streamable HTTP, with 2.x of the SDK' },
      { name: 'generation-2-warm', title: 'warm call' },
    ]);
  },
};
