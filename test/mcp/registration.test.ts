import { Server as Server1 } from '@modelcontextprotocol/sdk/server/index.js';
import { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { Server as Server2 } from '@modelcontextprotocol/server';
import { diag } from '@opentelemetry/api';
import { currentSpan, FcTracedError } from 'fc-traced';
import { traceMcpClient, traceMcpServer } from 'fc-traced/mcp';
import { expectTrace, recordTraces } from 'fc-traced/testing';
import { inInvocation, waitForSpans } from './traced-pair';
import { inMemory } from './transports';
import { callTool, GENERATIONS, weatherClient, weatherServer } from './weather';
import type { WeatherServer } from './weather';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

const toolReturning = (text: string) => () => {
  currentSpan().setAttribute('said', text);
  return { content: [{ type: 'text', text }] };
};

describe.each(GENERATIONS)('%s', (generation) => {
  const callTools = async (server: WeatherServer, ...tools: string[]): Promise<string[]> => {
    const connection = await inMemory(generation, () => server);
    const client = traceMcpClient(weatherClient(generation));
    await client.connect(connection.transport());
    traces.clear();
    const answers = await inInvocation(() => Promise.all(tools.map((tool) => callTool(generation, client, tool))));
    await connection.close();
    return answers.map(({ content }) => content[0].text);
  };
  const tree = (...tools: string[]): Parameters<ReturnType<typeof expectTrace>['toMatchTree']>[0] => ({
    name: 'invocation',
    children: tools.map((tool) => ({
      name: `tools/call ${tool}`,
      kind: 'client',
      children: [{ name: `tools/call ${tool}`, kind: 'server', attributes: { said: tool } }],
    })),
  });

  test('tools can be registered at any time, and a second call of traceMcpServer does nothing', async () => {
    const server = weatherServer(generation);
    server.registerTool('before', {}, toolReturning('before'));
    expect(traceMcpServer(server)).toBe(server);
    expect(traceMcpServer(traceMcpServer(server))).toBe(server);
    expect(traceMcpServer(server.server)).toBe(server.server);
    server.registerTool('after', {}, toolReturning('after'));
    const connection = await inMemory(generation, () => server);
    const client = weatherClient(generation);
    expect(traceMcpClient(traceMcpClient(client))).toBe(client);
    await client.connect(connection.transport());
    server.registerTool('later', {}, toolReturning('later'));
    await waitForSpans(traces, 'notifications/tools/list_changed');
    traces.clear();
    await inInvocation(() =>
      Promise.all(['before', 'after', 'later'].map((tool) => callTool(generation, client, tool))),
    );
    expectTrace(traces.only()).toMatchTree(tree('before', 'after', 'later'));
    await connection.close();
  });

  test('wrapped methods keep their names and lengths, and no enumerable property is added', async () => {
    const [plain, traced] = [weatherServer(generation), traceMcpServer(weatherServer(generation))] as unknown as {
      server: Record<string, (...args: never[]) => unknown>;
    }[];
    const shape = (target: object): unknown[] =>
      ['connect', 'request', '_onrequest', '_onclose', 'executeToolHandler']
        .map((name) => Reflect.get(target, name) as { name: string; length: number } | undefined)
        .map((method) => method && [method.name, method.length]);
    expect([shape(traced!), shape(traced!.server)]).toEqual([shape(plain!), shape(plain!.server)]);
    expect([Object.keys(traced!), Object.keys(traced!.server)]).toEqual([
      Object.keys(plain!),
      Object.keys(plain!.server),
    ]);
  });

  test('a server and a client can be traced after they are connected', async () => {
    const server = weatherServer(generation);
    server.registerTool('connected', {}, toolReturning('connected'));
    const connection = await inMemory(generation, () => server);
    const client = weatherClient(generation);
    await client.connect(connection.transport());
    traceMcpServer(server);
    traceMcpClient(client);
    await inInvocation(() => callTool(generation, client, 'connected'));
    expectTrace(traces.only()).toMatchTree(tree('connected'));
    await connection.close();
  });

  test('a request handler and a fallback handler of a Server are traced', async () => {
    const Server = (generation === '1.x' ? Server1 : Server2) as typeof Server1;
    const bare = traceMcpServer(
      new Server({ name: 'bare', version: '1' }, { capabilities: { tools: {} } }),
    ) as unknown as WeatherServer['server'] & WeatherServer;
    bare.setRequestHandler(generation === '1.x' ? CallToolRequestSchema : 'tools/call', toolReturning('own'));
    expect(await callTools(bare, 'own')).toEqual(['own']);
    expectTrace(traces.only()).toMatchTree(tree('own'));

    traces.clear();
    const fallen = traceMcpServer(
      new Server({ name: 'bare', version: '1' }, { capabilities: { tools: {} } }),
    ) as unknown as WeatherServer['server'] & WeatherServer;
    const fallback = async (): Promise<object> => toolReturning('any')();
    fallen.fallbackRequestHandler = fallback;
    expect(await callTools(fallen, 'any')).toEqual(['any']);
    expect(fallen.fallbackRequestHandler).toBe(fallback);
    expectTrace(traces.only()).toMatchTree(tree('any'));
  });

  test('a server that is connected again is traced once', async () => {
    const server = traceMcpServer(weatherServer(generation));
    server.registerTool('again', {}, toolReturning('again'));
    expect(await callTools(server, 'again')).toEqual(['again']);
    expect(await callTools(server, 'again')).toEqual(['again']);
    expectTrace(traces.only()).toMatchTree(tree('again'));
  });
});

test('messages on a transport whose send cannot be replaced are not traced, which is logged once', async () => {
  const warnings: string[] = [];
  const ignore = (): void => {};
  const warn = (text: string): void => void warnings.push(text);
  diag.setLogger({ error: ignore, warn, info: ignore, debug: ignore, verbose: ignore });
  const connection = await inMemory('1.x', () => weatherServer('1.x'));
  const client = traceMcpClient(weatherClient('1.x'));
  const defineProperty: ProxyHandler<object>['defineProperty'] = (target, key, descriptor) =>
    key !== 'send' && Reflect.defineProperty(target, key, descriptor);
  await client.connect(new Proxy<object>(connection.transport(), { defineProperty }) as never);
  traces.clear();
  const answer = await inInvocation(() => callTool('1.x', client, 'weather', { city: 'Ulm' }));
  diag.disable();
  expect(answer.content).toEqual([{ type: 'text', text: 'sunny in Ulm' }]);
  expect(warnings).toEqual([
    'fc-traced: the method send of an MCP transport cannot be replaced: its messages are not traced',
  ]);
  await connection.close();
});

test.each([
  [
    'traceMcpServer',
    () => traceMcpServer({}),
    'traceMcpServer takes an McpServer or a Server of the MCP SDK, ' +
      'not a value of type object without its methods. [INVALID_TARGET]',
  ],
  [
    'traceMcpServer',
    () => traceMcpServer(undefined as never),
    'traceMcpServer takes an McpServer or a Server of the MCP SDK, not a value of type undefined. [INVALID_TARGET]',
  ],
  [
    'traceMcpClient',
    () => traceMcpClient(null as never),
    'traceMcpClient takes a Client of the MCP SDK, not null. [INVALID_TARGET]',
  ],
  [
    'traceMcpServer of a client',
    () => traceMcpServer(weatherClient('1.x')),
    'traceMcpServer takes an McpServer or a Server of the MCP SDK, not a Client: use traceMcpClient. [INVALID_TARGET]',
  ],
  [
    'traceMcpClient of a server',
    () => traceMcpClient(weatherServer('2.x')),
    'traceMcpClient takes a Client of the MCP SDK, not a server: use traceMcpServer. [INVALID_TARGET]',
  ],
  [
    'an unknown option',
    () => traceMcpServer(weatherServer('2.x'), { args: true } as never),
    'traceMcpServer has no option "args". Its options are toolArguments, toolResults. [INVALID_OPTION]',
  ],
  [
    'an invalid value of an option',
    () => traceMcpClient(weatherClient('1.x'), { toolResults: 'yes' } as never),
    'Option "toolResults" of traceMcpClient must be true or false, not "yes". [INVALID_OPTION]',
  ],
  [
    'options that are not an object',
    () => traceMcpClient(weatherClient('1.x'), [] as never),
    'The options of traceMcpClient must be an object, not an array. [INVALID_OPTION]',
  ],
])('%s: throws an FcTracedError', (_what, misuse, message) => {
  let thrown: unknown;
  try {
    misuse();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(FcTracedError);
  expect((thrown as Error).message).toBe(message);
});
