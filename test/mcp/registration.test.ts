import { Server as Server1 } from '@modelcontextprotocol/sdk/server/index.js';
import { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { Server as Server2 } from '@modelcontextprotocol/server';
import { currentSpan, FcTracedError } from 'fc-traced';
import { traceMcpClient, traceMcpServer } from 'fc-traced/mcp';
import { expectTrace, recordTraces } from 'fc-traced/testing';
import { ended, inInvocation } from './asking';
import { inMemory } from './links';
import { callTool, GENERATIONS, weatherClient, weatherServer } from './weather';
import type { WeatherServer } from './weather';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

const say = (text: string) => () => {
  currentSpan().setAttribute('said', text);
  return { content: [{ type: 'text', text }] };
};

describe.each(GENERATIONS)('%s', (generation) => {
  const asked = async (server: WeatherServer, ...tools: string[]): Promise<string[]> => {
    const link = await inMemory(generation, () => server);
    const client = traceMcpClient(weatherClient(generation));
    await client.connect(link.transport());
    traces.clear();
    const answers = await inInvocation(() => Promise.all(tools.map((tool) => callTool(generation, client, tool))));
    await link.close();
    return answers.map(({ content }) => content[0].text);
  };
  const tree = (...tools: string[]): Parameters<ReturnType<typeof expectTrace>['toMatchTree']>[0] => ({
    name: 'ask',
    children: tools.map((tool) => ({
      name: `tools/call ${tool}`,
      kind: 'client',
      children: [{ name: `tools/call ${tool}`, kind: 'server', attributes: { said: tool } }],
    })),
  });

  test('it does not matter when a tool is registered, and tracing twice traces once', async () => {
    const server = weatherServer(generation);
    server.registerTool('before', {}, say('before'));
    expect(traceMcpServer(server)).toBe(server);
    expect(traceMcpServer(traceMcpServer(server))).toBe(server);
    expect(traceMcpServer(server.server)).toBe(server.server);
    server.registerTool('after', {}, say('after'));
    const link = await inMemory(generation, () => server);
    const client = weatherClient(generation);
    expect(traceMcpClient(traceMcpClient(client))).toBe(client);
    await client.connect(link.transport());
    server.registerTool('later', {}, say('later'));
    await ended(traces, 'notifications/tools/list_changed');
    traces.clear();
    await inInvocation(() =>
      Promise.all(['before', 'after', 'later'].map((tool) => callTool(generation, client, tool))),
    );
    expectTrace(traces.only()).toMatchTree(tree('before', 'after', 'later'));
    await link.close();
  });

  test('methods that are replaced keep their names and lengths, and no member is new to who lists them', async () => {
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

  test('a server and a client that are connected already are traced from then on', async () => {
    const server = weatherServer(generation);
    server.registerTool('connected', {}, say('connected'));
    const link = await inMemory(generation, () => server);
    const client = weatherClient(generation);
    await client.connect(link.transport());
    traceMcpServer(server);
    traceMcpClient(client);
    await inInvocation(() => callTool(generation, client, 'connected'));
    expectTrace(traces.only()).toMatchTree(tree('connected'));
    await link.close();
  });

  test("a handler of one's own for tools, of a bare server, and one for whatever comes", async () => {
    const Server = (generation === '1.x' ? Server1 : Server2) as typeof Server1;
    const bare = traceMcpServer(
      new Server({ name: 'bare', version: '1' }, { capabilities: { tools: {} } }),
    ) as unknown as WeatherServer['server'] & WeatherServer;
    bare.setRequestHandler(generation === '1.x' ? CallToolRequestSchema : 'tools/call', say('own'));
    expect(await asked(bare, 'own')).toEqual(['own']);
    expectTrace(traces.only()).toMatchTree(tree('own'));

    traces.clear();
    const fallen = traceMcpServer(
      new Server({ name: 'bare', version: '1' }, { capabilities: { tools: {} } }),
    ) as unknown as WeatherServer['server'] & WeatherServer;
    const fallback = async (): Promise<object> => say('any')();
    fallen.fallbackRequestHandler = fallback;
    expect(await asked(fallen, 'any')).toEqual(['any']);
    expect(fallen.fallbackRequestHandler).toBe(fallback);
    expectTrace(traces.only()).toMatchTree(tree('any'));
  });

  test('a connection that is closed and made again is traced once', async () => {
    const server = traceMcpServer(weatherServer(generation));
    server.registerTool('again', {}, say('again'));
    expect(await asked(server, 'again')).toEqual(['again']);
    expect(await asked(server, 'again')).toEqual(['again']);
    expectTrace(traces.only()).toMatchTree(tree('again'));
  });
});

test.each([
  [
    'traceMcpServer',
    () => traceMcpServer({}),
    'traceMcpServer takes an McpServer or a Server of the MCP SDK, not a value of type object without its methods. [INVALID_TARGET]',
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
    'a value that an option cannot take',
    () => traceMcpClient(weatherClient('1.x'), { toolResults: 'yes' } as never),
    'Option "toolResults" of traceMcpClient must be true or false, not "yes". [INVALID_OPTION]',
  ],
  [
    'options that are none',
    () => traceMcpClient(weatherClient('1.x'), [] as never),
    'The options of traceMcpClient must be an object, not an array. [INVALID_OPTION]',
  ],
])('%s: a mistake is told at once', (_what, misuse, message) => {
  let thrown: unknown;
  try {
    misuse();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(FcTracedError);
  expect((thrown as Error).message).toBe(message);
});
