import { inFreshProcess } from '../package/fresh-process';

interface Outcome {
  /** The status of each span, its message, its events, and whether it has a result. */
  readonly spans: string[];
  readonly value: unknown;
  /** What Node.js reported as unhandled. */
  readonly unhandled: string[];
}

/**
 * Runs programs with `t`, which traces a function, one after another in a process with the real libraries. `url` is that
 * of a server.
 */
function outcomesOf(programs: readonly string[]): Promise<Outcome[]> {
  return inFreshProcess(`
    const { traced } = require(dist + 'index.js');
    const { recordTraces } = require(dist + 'testing.js');
    const traces = recordTraces();
    let unhandled = [];
    process.on('unhandledRejection', (error) => unhandled.push(error.message));
    const pause = (millis, value) => new Promise((resolve) => setTimeout(resolve, millis, value));
    const t = (fn) => traced(fn, { name: 't', resultAttributes: (result) => ({ has: result !== undefined }) });
    const server = require('node:http').createServer((request, response) => {
      response.statusCode = request.url === '/bad' ? 500 : 200;
      setTimeout(() => response.end('text'), request.url === '/slow' ? 1_000 : 0);
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = 'http://127.0.0.1:' + server.address().port;
    const outcomes = [];
    for (const program of [${programs.map((statements) => `async () => { ${statements} }`).join(', ')}]) {
      const value = await program().catch((error) => 'threw ' + error.message);
      await pause(20);
      const spans = traces.spans().map(({ status, events, attributes }) =>
        [status.code, status.message, ...events.map(({ name }) => name), attributes.has && 'result'].filter(Boolean).join(' '));
      outcomes.push({ spans, value: value ?? null, unhandled });
      traces.clear();
      unhandled = [];
    }
    report(outcomes);
    process.exit();
  `);
}

/** Runs the programs of test cases once, and returns the outcome of each by its title. */
function outcomesByTitle(cases: readonly (readonly [string, string, Outcome])[]): (title: string) => Promise<Outcome> {
  let outcomes: Promise<Outcome[]> | undefined;
  return async (title) => {
    outcomes ??= outcomesOf(cases.map(([, statements]) => statements));
    return (await outcomes)[cases.findIndex(([name]) => name === title)]!;
  };
}

const one = (span: string, value: unknown = null): Outcome => ({ spans: [span], value, unhandled: [] });

describe('superagent, a thenable that is also a stream', () => {
  const get = (path = ''): string => `const request = t(() => require('superagent').get(url + '${path}'))(); `;
  const cases: readonly [string, string, Outcome][] = [
    ['is awaited', `${get()} return (await request).status;`, one('UNSET result', 200)],
    [
      'rejects',
      `${get('/bad')} await request;`,
      one('ERROR Internal Server Error exception', 'threw Internal Server Error'),
    ],
    [
      'calls back',
      `${get('/bad')} await new Promise((done) => request.set('a', 'b').end(done));`,
      one('ERROR Internal Server Error exception'),
    ],
    ['is sent without a callback', `${get()} request.end(); await pause(100);`, one('UNSET')],
    [
      'is piped',
      `${get()} const sink = new (require('node:stream').PassThrough)(); request.pipe(sink); return (await sink.toArray()).join('');`,
      one('UNSET', 'text'),
    ],
    [
      'times out',
      `${get('/slow')} await request.timeout(20);`,
      one('ERROR Timeout of 20ms exceeded exception', 'threw Timeout of 20ms exceeded'),
    ],
    [
      'is aborted',
      `${get('/slow')} setTimeout(() => request.abort(), 20); await request;`,
      one('UNSET fc_traced.cancelled', 'threw Aborted'),
    ],
  ];
  const outcomeOf = outcomesByTitle(cases);
  test.each(cases)('%s', async (title, _, expected) => {
    expect(await outcomeOf(title)).toMatchObject(
      expected.spans[0] === 'UNSET' ? { ...expected, spans: [expect.stringMatching(/^UNSET( result)?$/)] } : expected,
    );
  });
});

describe('bluebird', () => {
  const later = `const Bluebird = require('bluebird'); const promise = t(() => Bluebird.delay(5, [1, 2]))(); `;
  const cases: readonly [string, string, Outcome][] = [
    ['tap', `${later} return (await promise.tap(() => {})).length;`, one('UNSET result', 2)],
    ['map', `${later} return (await promise.map((n) => n + 1))[1];`, one('UNSET result', 3)],
    ['finally', `${later} return (await promise.finally(() => {})).length;`, one('UNSET result', 2)],
    [
      'asCallback',
      `${later} return new Promise((done) => promise.asCallback((error, list) => done(list.length)));`,
      one('UNSET result', 2),
    ],
    [
      'timeout',
      `${later} await promise.timeout(1);`,
      one('ERROR operation timed out exception', 'threw operation timed out'),
    ],
    [
      'catch of a class',
      `const Bluebird = require('bluebird'); return t(() => Bluebird.reject(new TypeError('no')))().catch(TypeError, () => 7);`,
      one('ERROR no exception', 7),
    ],
  ];
  const outcomeOf = outcomesByTitle(cases);
  test.each(cases)('%s', async (title, _, expected) => {
    expect(await outcomeOf(title)).toEqual(expected);
  });
});

describe('neverthrow', () => {
  const later = `const { ok, ResultAsync } = require('neverthrow'); const result = t(() => new ResultAsync(pause(5, ok(7))))(); `;
  const cases: readonly [string, string, Outcome][] = [
    ['map', `${later} return (await result.map((n) => n + 1)).value;`, one('UNSET result', 8)],
    ['match', `${later} return result.match((n) => n, () => 0);`, one('UNSET result', 7)],
    ['andThen and unwrapOr', `${later} return result.andThen((n) => ok(n + 2)).unwrapOr(0);`, one('UNSET result', 9)],
    [
      'a broken promise',
      `const { ResultAsync } = require('neverthrow'); await t(() => new ResultAsync(Promise.reject(new Error('broken'))))().map(() => 1);`,
      one('ERROR broken exception', 'threw broken'),
    ],
  ];
  const outcomeOf = outcomesByTitle(cases);
  test.each(cases)('%s', async (title, _, expected) => {
    expect(await outcomeOf(title)).toEqual(expected);
  });
});

test('a rejection of a lazy query that nobody handles is still reported, whichever method started it', async () => {
  const query = `
    class Query {
      async exec() { await null; throw new Error('lost'); }
      then(...reactions) { return this.exec().then(...reactions); }
      finally(reaction) { return this.exec().finally(reaction); }
    }`;
  const starts = ['exec()', 'then(() => {})', 'finally(() => {})'];
  const lost: Outcome = { spans: ['ERROR lost exception'], value: null, unhandled: ['lost'] };
  expect(await outcomesOf(starts.map((start) => `${query} void t(() => new Query())().${start};`))).toEqual(
    starts.map(() => lost),
  );
});

test('20,000 lazy objects that nobody awaits hold no memory to the end of the invocation', async () => {
  const megabytes = await inFreshProcess<number>(`
    require('node:v8').setFlagsFromString('--expose-gc');
    const gc = require('node:vm').runInNewContext('gc');
    const { traced, createHandler } = require(dist + 'index.js');
    const { fakeFcContext, invoke } = require(dist + 'testing.js');
    class Query { exec() {} then() {} catch() {} finally() {} }
    const find = traced((query) => query, 'find');
    const processor = { onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} };
    let grown;
    class Work {
      async handle() {
        const heap = async () => {
          for (let turn = 0; turn < 4; turn += 1) { gc(); await new Promise(setImmediate); }
          return process.memoryUsage().heapUsed;
        };
        const before = await heap();
        for (let call = 0; call < 20_000; call += 1) find(new Query());
        grown = (await heap()) - before;
      }
    }
    const tracing = { openTracingSpanContext: '124ed43254b54966:124ed43254b54966:0:1' };
    await invoke(createHandler(Work, { spanProcessors: [processor] }).handler, {}, fakeFcContext({ tracing }));
    report(grown / 1e6);
    process.exit();
  `);
  // The tables that held them keep some capacity. Kept objects would take 27 MB.
  expect(megabytes).toBeLessThan(4);
});
