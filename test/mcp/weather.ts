import { Client as Client2 } from '@modelcontextprotocol/client';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { McpServer as McpServer1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { CallToolResultSchema, ElicitResultSchema, ListRootsResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { McpServer as McpServer2 } from '@modelcontextprotocol/server';
import { currentSpan, Traced } from 'fc-traced';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

/** The two generations of the SDK. */
export type Generation = '1.x' | '2.x';
export const GENERATIONS: readonly Generation[] = ['1.x', '2.x'];

export class Forecast {
  @Traced({ attributes: (city: string) => ({ city }) })
  async of(city: string): Promise<string> {
    await sleep(1);
    return `sunny in ${city}`;
  }
}

// A type alias instead of an interface, because the SDK requires an index signature.
type ToolResult = { content: { type: 'text'; text: string }[]; isError?: boolean };
const textResult = (text: string, isError = false): ToolResult => ({
  content: [{ type: 'text', text }],
  ...(isError && { isError }),
});

/** What a tool can use in both generations. */
interface ToolContext {
  readonly signal: AbortSignal;
  readonly meta: Readonly<Record<string, unknown>> | undefined;
  notify(method: string, params?: object): Promise<void>;
  request(method: string, params?: object): Promise<unknown>;
}

/** Events in the tools, in order. */
export const toolEvents: string[] = [];

const TOOLS: Readonly<Record<string, (city: string, context: ToolContext) => Promise<ToolResult>>> = {
  weather: async (city) => {
    currentSpan().setAttribute('asked', city);
    return textResult(await new Forecast().of(city));
  },
  broken: () => Promise.reject(new RangeError('no such city')),
  refused: async () => textResult('try again tomorrow', true),
  meta: async (_city, { meta }) => textResult(JSON.stringify(meta ?? {})),
  slow: async (_city, { signal }) => {
    toolEvents.push('waiting');
    await sleep(5_000, undefined, { signal });
    return textResult('too late');
  },
  uncancellable: async () => {
    toolEvents.push('waiting');
    await sleep(60);
    toolEvents.push('done');
    return textResult('finished anyway');
  },
  steps: async (_city, { meta, notify }) => {
    for (const progress of [1, 2, 3]) {
      await notify('notifications/progress', { progressToken: meta?.progressToken, progress, total: 3 });
    }
    return textResult('three steps');
  },
  logs: async (_city, { notify }) => {
    await notify('notifications/message', { level: 'info', data: 'looking' });
    return textResult('logged');
  },
  roots: async (_city, { request }) => textResult(JSON.stringify(await request('roots/list'))),
  elicits: async (_city, { request }) =>
    textResult(
      JSON.stringify(
        await request('elicitation/create', {
          mode: 'form',
          message: 'Which city?',
          requestedSchema: { type: 'object', properties: { city: { type: 'string' } } },
        }),
      ),
    ),
};

function server1(): McpServer1 {
  const server = new McpServer1({ name: 'weather', version: '1.0.0' }, { capabilities: { logging: {} } });
  for (const [name, tool] of Object.entries(TOOLS)) {
    server.registerTool(
      name,
      { description: name, inputSchema: { city: z.string().optional() } },
      ({ city = '' }, extra) =>
        tool(city, {
          signal: extra.signal,
          meta: extra._meta,
          notify: (method, params) => extra.sendNotification({ method, params } as never),
          request: (method, params) =>
            extra.sendRequest(
              { method, params } as never,
              (method === 'roots/list' ? ListRootsResultSchema : ElicitResultSchema) as never,
            ),
        }),
    );
  }
  server.registerPrompt('packing', { argsSchema: { city: z.string() } }, ({ city }) => ({
    messages: [{ role: 'user', content: { type: 'text', text: `What to pack for ${city}?` } }],
  }));
  server.registerResource('today', 'weather://today?token=4711', {}, (uri) => ({
    contents: [{ uri: uri.href, text: 'sunny' }],
  }));
  server.registerResource('tomorrow', 'weather://tomorrow', {}, () => Promise.reject(new TypeError('not known yet')));
  return server;
}

function server2(): McpServer2 {
  const server = new McpServer2({ name: 'weather', version: '1.0.0' }, { capabilities: { logging: {} } });
  for (const [name, tool] of Object.entries(TOOLS)) {
    server.registerTool(
      name,
      { description: name, inputSchema: z.object({ city: z.string().optional() }) },
      ({ city = '' }, { mcpReq }) =>
        tool(city, {
          signal: mcpReq.signal,
          meta: mcpReq._meta,
          notify: (method, params) => mcpReq.notify({ method, params } as never),
          request: (method, params) => mcpReq.send({ method, params } as never),
        }),
    );
  }
  server.registerPrompt('packing', { argsSchema: z.object({ city: z.string() }) }, ({ city }) => ({
    messages: [{ role: 'user', content: { type: 'text', text: `What to pack for ${city}?` } }],
  }));
  server.registerResource('today', 'weather://today?token=4711', {}, (uri) => ({
    contents: [{ uri: uri.href, text: 'sunny' }],
  }));
  server.registerResource('tomorrow', 'weather://tomorrow', {}, () => Promise.reject(new TypeError('not known yet')));
  return server;
}

/** The common members of the servers of both generations. */
export interface WeatherServer {
  connect(transport: never): Promise<void>;
  close(): Promise<void>;
  registerTool(name: string, config: object, tool: (...args: any[]) => unknown): unknown;
  readonly server: {
    setRequestHandler(method: any, handler: (...args: any[]) => unknown): void;
    setNotificationHandler(method: any, handler: (...args: any[]) => unknown): void;
    fallbackRequestHandler?: (...args: any[]) => Promise<any>;
  } & Pick<WeatherClient, 'request' | 'ping' | 'notification'>;
}

/** Creates a weather server that is not connected. */
export function weatherServer(generation: Generation): WeatherServer {
  return (generation === '1.x' ? server1() : server2()) as WeatherServer;
}

/** The common members of the clients of both generations. */
export interface WeatherClient {
  readonly connect: (transport: never, options?: object) => Promise<void>;
  readonly request: (request: { method: string; params?: object }, ...rest: any[]) => Promise<any>;
  readonly getPrompt: (params: object) => Promise<any>;
  readonly readResource: (params: object) => Promise<any>;
  readonly listTools: () => Promise<any>;
  readonly ping: () => Promise<any>;
  readonly notification: (notification: { method: string; params?: object }) => Promise<void>;
  readonly sendRootsListChanged: () => Promise<void>;
  readonly close: () => Promise<void>;
  readonly setRequestHandler: (method: any, handler: (...args: any[]) => unknown) => void;
  readonly setNotificationHandler: (method: any, handler: (...args: any[]) => unknown) => void;
  fallbackNotificationHandler?: ((notification: any) => Promise<void>) | undefined;
}

/** Creates a client that is not connected. */
export function weatherClient(generation: Generation, options: object = {}): WeatherClient {
  const info = { name: 'assistant', version: '1.0.0' };
  const given = { capabilities: { roots: { listChanged: true }, elicitation: { form: {} } }, ...options };
  return (generation === '1.x' ? new Client1(info, given) : new Client2(info, given)) as unknown as WeatherClient;
}

/** Calls a tool. In 1.x the options follow a schema. */
export function callTool(
  generation: Generation,
  client: WeatherClient,
  name: string,
  args: object = {},
  options: {
    readonly _meta?: object;
    readonly signal?: AbortSignal;
    readonly timeout?: number;
    readonly onprogress?: (progress: any) => void;
  } = {},
): Promise<any> {
  const { _meta, ...rest } = options;
  const params = { name, arguments: args, ...(_meta && { _meta }) };
  const call = (client as unknown as { callTool: (...args: unknown[]) => Promise<any> }).callTool.bind(client);
  return generation === '1.x' ? call(params, CallToolResultSchema, rest) : call(params, rest);
}
