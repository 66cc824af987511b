import { secret } from 'fc-traced';
import { traceMcpServer } from 'fc-traced/mcp';
import { expectTrace, recordTraces } from 'fc-traced/testing';
import { z } from 'zod';
import { connectPair, inInvocation, spansOf } from './traced-pair';
import { inMemory } from './transports';
import { callTool, GENERATIONS, weatherClient, weatherServer } from './weather';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

describe.each(GENERATIONS)('%s', (generation) => {
  test('span names contain the prompt but not the resource, and tokens in its URI are not recorded', async () => {
    const { client, close } = await connectPair(generation);
    traces.clear();
    await inInvocation(async () => [
      await client.getPrompt({ name: 'packing', arguments: { city: 'Ulm' } }),
      await client.readResource({ uri: 'weather://today?token=4711' }),
      await client.listTools(),
    ]);
    const prompt = {
      name: 'prompts/get packing',
      attributes: {
        'gen_ai.prompt.name': 'packing',
        'gen_ai.operation.name': undefined,
        'gen_ai.tool.name': undefined,
      },
    };
    const resource = { name: 'resources/read', attributes: { 'mcp.resource.uri': 'weather://today?token=REDACTED' } };
    const list = { name: 'tools/list', attributes: { 'mcp.method.name': 'tools/list' } };
    expectTrace(traces.only()).toMatchTree({
      name: 'invocation',
      children: [prompt, resource, list].map((call) => ({
        ...call,
        kind: 'client',
        children: [{ ...call, kind: 'server' }],
      })),
    });
    expectTrace(traces.only()).toHideSecrets('Ulm', '4711', 'sunny');
    await close();
  });

  test.each(['weather://bob:hunter22@nowhere/now?token=4711', 'https://Weather.example?sig=abcdefgh'])(
    'secrets in the URI of a resource are not recorded with the error that repeats it: %s',
    async (uri) => {
      const { client, close } = await connectPair(generation);
      traces.clear();
      const error = await inInvocation(() => client.readResource({ uri })).catch((caught: unknown) => caught);
      expect((error as Error).message).toMatch(/not found/);
      expect(spansOf(traces, 'resources/read').map(({ status }) => status.message)).toEqual([
        expect.stringContaining('[redacted]'),
        expect.stringContaining('[redacted]'),
      ]);
      expectTrace(traces.only()).toHideSecrets('hunter22', '4711', 'abcdefgh');
      await close();
    },
  );

  test('arguments and results are recorded if the options say so, without secrets', async () => {
    const { client, close } = await connectPair(generation, { trace: { toolArguments: true, toolResults: true } });
    const hidden = secret(`Ulm-${generation}-4711`);
    traces.clear();
    await inInvocation(() =>
      callTool(generation, client, 'weather', { city: hidden.reveal(), password: 'xyzzy', depth: { apiKey: 'k' } }),
    );
    for (const kind of ['client', 'server'] as const) {
      const attributes = spansOf(traces, 'tools/call weather', kind)[0]!.attributes as Record<string, string>;
      expect(JSON.parse(attributes['gen_ai.tool.call.arguments']!)).toEqual({
        city: '[redacted]',
        password: '[redacted]',
        depth: { apiKey: '[redacted]' },
      });
      expect(JSON.parse(attributes['gen_ai.tool.call.result']!)).toEqual([
        { type: 'text', text: 'sunny in [redacted]' },
      ]);
    }
    await close();
  });

  test('the result of a failed tool is not recorded', async () => {
    const { client, close } = await connectPair(generation, { trace: { toolResults: true } });
    traces.clear();
    await inInvocation(() => callTool(generation, client, 'refused'));
    expect(traces.spans().map(({ attributes }) => attributes['gen_ai.tool.call.result'])).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    await close();
  });

  test('long names that a caller chooses are truncated', async () => {
    const connection = await inMemory(generation, () => traceMcpServer(weatherServer(generation)));
    const client = weatherClient(generation);
    await client.connect(connection.transport());
    traces.clear();
    const long = 'x'.repeat(100_000);
    await callTool(generation, client, long).catch(() => undefined);
    await client.request({ method: `vendor/${long}` }, z.object({})).catch(() => undefined);
    const names = traces.spans().map(({ name }) => name);
    expect(names).toHaveLength(2);
    expect(Math.max(...names.map(({ length }) => length))).toBeLessThan(160);
    expect(
      Math.max(
        ...traces.spans().flatMap(({ attributes }) => Object.values(attributes).map((value) => String(value).length)),
      ),
    ).toBeLessThan(160);
    await connection.close();
  });
});
