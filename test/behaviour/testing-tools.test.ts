import { createHandler, Handler, traced } from 'fc-traced';
import { buildTraces, expectTrace, fakeFcContext, invoke, recordTraces, renderTrace } from 'fc-traced/testing';
import type { SpanRecord, TraceRecorder } from 'fc-traced/testing';

const take = traced((sku: string) => sku, { name: 'take', attributes: (sku) => ({ sku, b: 1, a: [1] }) });
const fail = traced(() => {
  throw new Error('no stock', { cause: new Error('shelf is empty') });
}, 'fail');
const names = (recorder: TraceRecorder): string[] => recorder.spans().map(({ name }) => name);

describe('recorders', () => {
  test.each([[[0, 1, 2]], [[0, 2, 1]], [[1, 0, 2]], [[2, 0, 1]], [[2, 1, 0]]])(
    'can be stopped in any order: each records until its own stop, and none after the last: %j',
    (order) => {
      const recorders = [recordTraces(), recordTraces(), recordTraces()];
      const expected = recorders.map(() => [] as string[]);
      const running = new Set([0, 1, 2]);
      for (const [step, index] of order.entries()) {
        take(String(step));
        for (const each of running) expected[each]!.push('take');
        recorders[index]!.stop();
        running.delete(index);
      }
      take('after the last');
      expect(recorders.map(names)).toEqual(expected);
    },
  );

  test('stopped twice, in a block and again after others were started, change nothing for the others', () => {
    let inner: TraceRecorder;
    {
      using block = recordTraces();
      inner = block;
      take('inner');
    }
    const outer = recordTraces();
    inner.stop();
    inner[Symbol.dispose]();
    take('outer');
    expect([names(inner), names(outer)]).toEqual([['take'], ['take']]);
    outer.stop();
    outer.stop();
    const last = recordTraces();
    outer.stop();
    take('last');
    expect(names(last)).toEqual(['take']);
    last.stop();
  });
});

describe('a recorded trace', () => {
  const traces = recordTraces();
  beforeAll(() => traces.clear());
  afterEach(() => traces.clear());
  afterAll(() => traces.stop());

  test('is JSON with nanoseconds as decimal strings and sorted attributes, alone and in other objects', () => {
    expect(() => fail()).toThrow();
    take('cup');
    const [failed, taken] = traces.traces();
    const span = failed!.spans[0]!;
    const parsed = JSON.parse(JSON.stringify({ failed, taken })) as { failed: any; taken: any };
    expect(Object.keys(parsed.failed)).toEqual(['traceId', 'roots', 'spans']);
    expect(parsed.failed.spans[0]).toMatchObject({
      traceId: span.traceId,
      name: 'fail',
      startNanos: String(span.startNanos),
      endNanos: String(span.endNanos),
      events: [{ name: 'exception', timeNanos: String(span.events[0]!.timeNanos) }],
    });
    expect(parsed.failed.roots).toEqual([{ span: parsed.failed.spans[0], children: [] }]);
    expect(Object.keys(parsed.taken.spans[0].attributes as object)).toEqual(['a', 'b', 'sku']);
    expect(JSON.stringify(traces.traces())).toBe(JSON.stringify(traces.traces()));
    for (const each of [traces.spans(), span, span.events, failed!.roots]) {
      expect(() => JSON.stringify(each)).not.toThrow();
    }
  });

  test('has its tree as text, and is the same data as before for comparisons', () => {
    traced(() => take('cup'), 'order')();
    expect(String(traces.only())).toBe('order\n└─ take');
    expect(String(traces.only())).toBe(renderTrace(traces.only()));
    expect(Object.keys(traces.only())).toEqual(['traceId', 'roots', 'spans']);
    expect(Object.keys(traces.spans()[0]!)).not.toContain('toJSON');
  });

  test('is printed by the recorder', () => {
    const log = jest.spyOn(console, 'log').mockImplementation(() => {});
    traces.print();
    take('cup');
    take('pot');
    traces.print();
    expect(log.mock.calls).toEqual([['No traces were recorded.'], ['take\n\ntake']]);
    log.mockRestore();
  });
});

describe('the logger of a fake context', () => {
  test('keeps its lines, with the level and the text', () => {
    const { logger } = fakeFcContext();
    logger.info('reserved %d of', 2, 'teapot');
    logger.debug({ id: 7 });
    logger.log();
    expect(logger.lines).toEqual([
      { level: 'info', text: 'reserved 2 of teapot' },
      { level: 'debug', text: '{ id: 7 }' },
      { level: 'log', text: '' },
    ]);
    expect(fakeFcContext().logger.lines).toEqual([]);
  });

  test('keeps and prints why an HTTP handler responded with 500, with the cause of the error', async () => {
    const print = jest.spyOn(console, 'error').mockImplementation(() => {});
    @Handler()
    class Fails {
      handle(): void {
        fail();
      }
    }
    const context = fakeFcContext();
    const event = { version: 'v1', rawPath: '/', headers: {}, requestContext: { http: { method: 'GET', path: '/' } } };
    expect(await invoke(createHandler(Fails).handler, event, context)).toMatchObject({ statusCode: 500 });
    expect(context.logger.lines).toHaveLength(1);
    expect(context.logger.lines[0]).toMatchObject({ level: 'error', text: expect.stringContaining('Error: no stock') });
    expect(context.logger.lines[0]!.text).toContain('shelf is empty');
    expect(print).toHaveBeenCalledTimes(1);
    print.mockRestore();
  });

  test('keeps the lines of the methods that a test does not replace', () => {
    const info: unknown[] = [];
    const { logger } = fakeFcContext({ logger: { info: (text: unknown) => void info.push(text) } });
    logger.info('mine');
    logger.warn('kept');
    expect([info, logger.lines]).toEqual([['mine'], [{ level: 'warn', text: 'kept' }]]);
  });
});

describe('an argument that cannot be used is refused, with what to pass', () => {
  const traces = recordTraces();
  afterAll(() => traces.stop());
  beforeAll(() => {
    traces.clear();
    take('cup');
  });
  const trace = (): ReturnType<typeof traces.only> => traces.traces()[0]!;
  const match = (tree: unknown): void => expectTrace(trace()).toMatchTree(tree as string);
  const circular: Record<string, unknown> = {};
  circular.self = circular;

  test.each<[string, () => unknown, code: string, message: string]>([
    ['expectTrace(null)', () => expectTrace(null as never), 'INVALID_TARGET', 'expectTrace takes one trace: '],
    [
      'toMatchTree(7)',
      () => match(7),
      'INVALID_TARGET',
      "toMatchTree takes a tree, as a string with one line for each span or as an object such as { name: 'orders', children: [] }, not 7.",
    ],
    ['toMatchTree()', () => match(undefined), 'INVALID_TARGET', 'toMatchTree takes a tree, '],
    ['toMatchTree([])', () => match([{ name: 'take' }]), 'INVALID_TARGET', 'not an array.'],
    [
      'toMatchTree({})',
      () => match({}),
      'INVALID_OPTION',
      '"name" of an expected span must be a non-empty string, not a value of type undefined.',
    ],
    [
      'a misspelled key',
      () => match({ name: 'take', childs: [] }),
      'INVALID_OPTION',
      'The expected span take has an unknown key "childs" (did you mean "children"?). Its keys are name, kind, status, attributes, events, links, children.',
    ],
    [
      'a misspelled key of a child',
      () => match({ name: 'take', children: [{ name: 'put', atributes: {} }] }),
      'INVALID_OPTION',
      'The expected span put has an unknown key "atributes" (did you mean "attributes"?).',
    ],
    [
      'an unknown kind',
      () => match({ name: 'take', kind: 'SERVER' }),
      'INVALID_OPTION',
      `"kind" of the expected span take must be 'internal', 'server', 'client', 'producer' or 'consumer', not "SERVER".`,
    ],
    [
      'an unknown status',
      () => match({ name: 'take', status: 'error' }),
      'INVALID_OPTION',
      `"status" of the expected span take must be 'UNSET', 'OK' or 'ERROR', not "error".`,
    ],
    [
      'children that are no list',
      () => match({ name: 'take', children: { name: 'x' } }),
      'INVALID_OPTION',
      '"children" of the expected span take must be an array of expected spans',
    ],
    ['a child that is a string', () => match({ name: 'take', children: ['x'] }), 'INVALID_OPTION', 'item 0 is "x"'],
    [
      'events that are objects',
      () => match({ name: 'take', events: [{ name: 'x' }] }),
      'INVALID_OPTION',
      '"events" of the expected span take must be an array of event names; item 0 is a value of type object',
    ],
    [
      'links that are a list',
      () => match({ name: 'take', links: [] }),
      'INVALID_OPTION',
      '"links" of the expected span take must be a number of links, not an array.',
    ],
    [
      'toHideSecrets()',
      () => expectTrace(trace()).toHideSecrets(),
      'INVALID_TARGET',
      'toHideSecrets takes non-empty strings.',
    ],
    [
      'toHideSecrets(undefined)',
      () => expectTrace(trace()).toHideSecrets('a', undefined as never),
      'INVALID_TARGET',
      'argument 2 is a value of type undefined.',
    ],
    ["toHideSecrets('')", () => expectTrace(trace()).toHideSecrets(''), 'INVALID_TARGET', 'argument 1 is empty.'],
    [
      "fakeFcContext('x')",
      () => fakeFcContext('x' as never),
      'INVALID_TARGET',
      `fakeFcContext takes an object with fields of FC's context, such as { function: { name: 'orders' } }, not "x".`,
    ],
    ['fakeFcContext(null)', () => fakeFcContext(null as never), 'INVALID_TARGET', 'not null.'],
    [
      "generation: '1.0'",
      () => fakeFcContext({ generation: '1.0' as never }),
      'INVALID_OPTION',
      `Option "generation" of fakeFcContext must be '2.0' or '3.0', not "1.0".`,
    ],
    [
      'recordTraces({})',
      () => (recordTraces as (options: unknown) => unknown)({}),
      'INVALID_TARGET',
      'recordTraces takes no options: ',
    ],
    [
      'renderTrace(undefined)',
      () => renderTrace(undefined as never),
      'INVALID_TARGET',
      'renderTrace takes one trace: ',
    ],
    [
      'renderTrace(trace, …)',
      () => renderTrace(trace(), { atributes: [] } as never),
      'INVALID_OPTION',
      'renderTrace has no option "atributes". Its options are note, attributes.',
    ],
    [
      "attributes: 'x'",
      () => renderTrace(trace(), { attributes: 'x' as never }),
      'INVALID_OPTION',
      'Option "attributes" of renderTrace must be an array of keys, not "x".',
    ],
    [
      'buildTraces(undefined)',
      () => buildTraces(undefined as never),
      'INVALID_TARGET',
      'buildTraces takes spans, such as spans() of the recorder that recordTraces returns.',
    ],
    [
      'buildTraces of traces',
      () => buildTraces([trace()] as unknown as SpanRecord[]),
      'INVALID_TARGET',
      'buildTraces takes spans, ',
    ],
  ])('%s', (_, use, code, message) => {
    expect(use).toThrow(
      expect.objectContaining({ name: 'FcTracedError', code, message: expect.stringContaining(message) }),
    );
  });

  const { handler } = createHandler(
    class {
      handle(): void {}
    },
  );
  test.each<[string, () => Promise<unknown>, code: string, message: string]>([
    [
      'invoke(undefined)',
      () => invoke(undefined as never),
      'INVALID_TARGET',
      'invoke takes a function that createHandler returned, not undefined: check that createHandler returns a function with that name.',
    ],
    ['invoke(handlers)', () => invoke({ handler } as never), 'INVALID_TARGET', 'not a value of type object.'],
    [
      'a circular event',
      () => invoke(handler, circular),
      'INVALID_TARGET',
      'invoke takes an event that FC can pass: bytes, a string, or a value that can be encoded as JSON; TypeError: ',
    ],
    ['an event with a BigInt', () => invoke(handler, { id: 1n }), 'INVALID_TARGET', 'BigInt'],
    ['an event that is a function', () => invoke(handler, () => 1), 'INVALID_TARGET', 'not a value of type function.'],
    [
      'a context that is no object',
      () => invoke(handler, {}, 'x' as never),
      'INVALID_TARGET',
      `invoke takes FC's context, such as fakeFcContext(), not "x".`,
    ],
    [
      'a misspelled option',
      () => invoke(handler, {}, fakeFcContext(), { calback: true } as never),
      'INVALID_OPTION',
      'invoke has no option "calback". Its options are callback.',
    ],
    [
      'an invalid option',
      () => invoke(handler, {}, fakeFcContext(), { callback: 1 as never }),
      'INVALID_OPTION',
      'Option "callback" of invoke must be true or false, not 1.',
    ],
  ])('%s', async (_, use, code, message) => {
    await expect(use()).rejects.toMatchObject({
      name: 'FcTracedError',
      code,
      message: expect.stringContaining(message),
    });
  });
});
