import { Client as Client2, StreamableHTTPClientTransport as HttpClient2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioClient2 } from '@modelcontextprotocol/client/stdio';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport as StdioClient1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as HttpClient1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { WebSocketClientTransport } from '@modelcontextprotocol/sdk/client/websocket.js';
import { Server as Server1 } from '@modelcontextprotocol/sdk/server/index.js';
import { McpServer as McpServer1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport as StdioServer1 } from '@modelcontextprotocol/sdk/server/stdio.js';
import { McpServer as McpServer2, Server as Server2 } from '@modelcontextprotocol/server';
import { StdioServerTransport as StdioServer2 } from '@modelcontextprotocol/server/stdio';
import { diag } from '@opentelemetry/api';
import { traceMcpClient, traceMcpServer } from 'fc-traced/mcp';
import { recordTraces } from 'fc-traced/testing';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { diagnostics } from '../../src/diagnostics';
import { inInvocation } from '../mcp/traced-pair';
import { inMemory } from '../mcp/transports';
import { callTool, GENERATIONS, weatherClient, weatherServer } from '../mcp/weather';
import type { Generation } from '../mcp/weather';

// Private members of the MCP SDK that src/mcp uses. A test that fails after an update names the member.

const INFO = { name: 'internals', version: '1.0.0' };
const PROTOCOLS: Readonly<Record<string, object>> = {
  'Server of @modelcontextprotocol/sdk 1.x': new Server1(INFO),
  'Client of @modelcontextprotocol/sdk 1.x': new Client1(INFO),
  'Server of @modelcontextprotocol/server 2.x': new Server2(INFO),
  'Client of @modelcontextprotocol/client 2.x': new Client2(INFO),
};

describe.each(Object.entries(PROTOCOLS))('%s', (name, protocol) => {
  test.each([
    ['_onrequest', 2],
    ['_onnotification', name.includes('2.x') ? 2 : 1],
    ['_onresponse', 1],
    ['_onclose', 0],
  ])('has the method %s with %i parameters', (member, length) => {
    expect(Reflect.get(protocol, member)).toBeInstanceOf(Function);
    expect((Reflect.get(protocol, member) as () => void).length).toBe(length);
  });

  test.each(['_requestHandlers', '_notificationHandlers'])('has the map %s', (member) => {
    expect(Reflect.get(protocol, member)).toBeInstanceOf(Map);
  });

  test('makes requests with request in 1.x, with _requestWithSchemaViaCodec(codec, request, …) in 2.x', () => {
    const is2 = name.includes('2.x');
    expect(typeof Reflect.get(protocol, 'getNegotiatedProtocolVersion')).toBe(is2 ? 'function' : 'undefined');
    const request = Reflect.get(protocol, is2 ? '_requestWithSchemaViaCodec' : 'request') as () => void;
    expect(request.length).toBe(is2 ? 4 : 3);
  });
});

test.each([
  ['1.x', new McpServer1(INFO)],
  ['2.x', new McpServer2(INFO)],
])('McpServer %s has executeToolHandler(tool, args, context)', (_generation, server) => {
  expect((Reflect.get(server, 'executeToolHandler') as () => void).length).toBe(3);
});

test.each<[string, object, string]>([
  ['StreamableHTTPClientTransport 1.x', new HttpClient1(new URL('http://a.example')), '_url'],
  ['SSEClientTransport 1.x', new SSEClientTransport(new URL('http://a.example')), '_url'],
  ['WebSocketClientTransport 1.x', new WebSocketClientTransport(new URL('ws://a.example')), '_url'],
  ['StdioClientTransport 1.x', new StdioClient1({ command: 'node' }), '_serverParams'],
  ['StdioServerTransport 1.x', new StdioServer1(), '_stdin'],
  ['StreamableHTTPClientTransport 2.x', new HttpClient2(new URL('http://a.example')), '_url'],
  ['StdioClientTransport 2.x', new StdioClient2({ command: 'node' }), '_serverParams'],
  ['StdioServerTransport 2.x', new StdioServer2(), '_stdin'],
])('%s has the member %s', (_name, transport, member) => {
  const value: unknown = Reflect.get(transport, member);
  expect(value).toBeDefined();
  if (member === '_url') expect(value).toBeInstanceOf(URL);
});

test('serveStdio 2.x connects a server to a transport that wraps the one of the process as _wire', async () => {
  const script = `
    const { McpServer } = require('@modelcontextprotocol/server');
    const { serveStdio } = require('@modelcontextprotocol/server/stdio');
    serveStdio(() => {
      const server = new McpServer({ name: 'weather', version: '1.0.0' });
      const { connect } = server.server;
      server.server.connect = function (transport) {
        process.stderr.write(JSON.stringify({ wire: typeof transport._wire, stdin: transport._wire?._stdin !== undefined }));
        return connect.call(this, transport);
      };
      return server;
    });`;
  const program = spawn(process.execPath, ['-e', script], { cwd: join(__dirname, '..', '..') });
  const initialize = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: INFO };
  program.stdin.end(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: initialize })}\n`);
  expect(JSON.parse(await text(program.stderr))).toEqual({ wire: 'object', stdin: true });
});

describe('without a private member', () => {
  const traces = recordTraces();
  const warnings: string[] = [];
  const ignore = (): void => {};
  beforeAll(() => {
    const warn = (text: string): void => void warnings.push(text);
    diag.setLogger({ error: ignore, warn, info: ignore, debug: ignore, verbose: ignore });
  });
  beforeEach(() => {
    warnings.length = 0;
    traces.clear();
    diagnostics.messages.clear();
  });
  afterAll(() => {
    traces.stop();
    diag.disable();
  });

  /** Hides a member when it is read for the first time, which fc-traced does; the SDK itself still finds it. */
  function hideOnce(object: object, name: string): void {
    const value: unknown = Reflect.get(object, name);
    let isHidden = true;
    const get = (): unknown => {
      if (!isHidden) return value;
      isHidden = false;
      return undefined;
    };
    Object.defineProperty(object, name, { get, configurable: true });
  }

  async function callWithout(generation: Generation, member: string, side: 'server' | 'client'): Promise<unknown> {
    const connection = await inMemory(generation, () => {
      const server = weatherServer(generation);
      if (side === 'server') hideOnce(member === 'executeToolHandler' ? server : server.server, member);
      return traceMcpServer(server);
    });
    const client = weatherClient(generation);
    if (side === 'client') hideOnce(client, member);
    await traceMcpClient(client).connect(connection.transport());
    const answer: unknown = await inInvocation(() => callTool(generation, client, 'broken'));
    await connection.close();
    return answer;
  }

  const warningOf = (member: string, lost: string): string =>
    `fc-traced: this version of the MCP SDK has no ${member}, which fc-traced uses: ${lost}`;
  const LOST: readonly (readonly [member: string, lost: string])[] = [
    ['Protocol._onrequest', 'incoming requests are not traced'],
    ['Protocol._onnotification', 'incoming notifications are not traced'],
    ['Protocol._onresponse', 'error codes and failed tools in responses are not recorded'],
    ['Protocol._onclose', 'spans of open requests do not end when a connection closes'],
    ['Protocol._requestHandlers', 'exceptions that request handlers throw are not recorded'],
    ['Protocol._notificationHandlers', 'incoming notifications are not traced'],
    ['McpServer.executeToolHandler', 'exceptions that tools throw are not recorded'],
  ];

  test.each(GENERATIONS.flatMap((generation) => LOST.map(([member, lost]) => [generation, member, lost] as const)))(
    '%s: %s: a call works, and one warning is logged',
    async (generation, member, lost) => {
      const answer = await callWithout(generation, member.split('.')[1]!, 'server');
      expect(answer).toEqual({ content: [{ type: 'text', text: 'no such city' }], isError: true });
      expect(warnings).toEqual([warningOf(member, lost)]);
      const names = traces.spans().map(({ name, kind }) => `${name} ${kind}`);
      expect(names).toContain('tools/call broken client');
      expect(names.includes('tools/call broken server')).toBe(member !== 'Protocol._onrequest');
    },
  );

  test('2.x: Protocol._requestWithSchemaViaCodec: a call works, and one warning is logged', async () => {
    const member = '_requestWithSchemaViaCodec';
    const answer = await callWithout('2.x', member, 'client');
    expect(answer).toEqual({ content: [{ type: 'text', text: 'no such city' }], isError: true });
    const lost = 'timeouts and cancellations of outgoing requests are not recorded';
    expect(warnings).toEqual([warningOf(`Protocol.${member}`, lost)]);
    expect(traces.spans().map(({ name }) => name)).toContain('tools/call broken');
  });
});
