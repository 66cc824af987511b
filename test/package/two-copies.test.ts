import { execFile } from 'node:child_process';
import { cpSync, realpathSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { InstalledCopy } from './installed-copy';

const INSTRUMENTATIONS = ['@opentelemetry/instrumentation-http', '@opentelemetry/instrumentation-undici'];
const a = new InstalledCopy(INSTRUMENTATIONS);
const b = new InstalledCopy(INSTRUMENTATIONS);
// As in a bundle: with its own copy of the API and of the container.
const bundle = new InstalledCopy(INSTRUMENTATIONS);
for (const name of ['@opentelemetry/api', 'tsyringe', 'reflect-metadata']) {
  const link = path.join(bundle.folder, 'node_modules', name);
  const real = realpathSync(link);
  rmSync(link);
  cpSync(real, link, { recursive: true });
}
afterAll(() => [a, b, bundle].forEach((copy) => copy.remove()));

/** The beginning of each program: two copies, a server, and handlers whose spans are kept as lines. */
const prelude = (first: InstalledCopy, second: InstalledCopy): string => `
  const { createRequire } = require('node:module');
  const http = require('node:http');
  const load = (folder, name = 'fc-traced') => createRequire(folder + '/program.js')(name);
  const FIRST = ${JSON.stringify(first.folder)}, SECOND = ${JSON.stringify(second.folder)};
  const first = load(FIRST), second = load(SECOND);
  if (first === second) throw new Error('there is one copy');
  const log = [];
  load(FIRST, '@opentelemetry/api').diag.setLogger({ error: (line) => log.push(line), warn: (line) => log.push(line), info() {}, debug() {}, verbose() {} });
  const keeper = () => {
    const spans = [];
    return {
      onStart() {}, onEnd: (span) => void spans.push(span), forceFlush: async () => {}, shutdown: async () => {},
      tree() {
        const below = (id) => spans.filter((span) => (span.parentSpanContext?.spanId ?? '') === id)
          .sort((x, y) => x.startTime[0] - y.startTime[0] || x.startTime[1] - y.startTime[1])
          .map((span) => [span.name, ...below(span.spanContext().spanId)].filter((part) => part.length > 0));
        const show = ([name, ...inner]) => name + (inner.length === 0 ? '' : '(' + inner.map(show).join(' ') + ')');
        return below('').map(show).join(' ') + ' of ' + spans.length;
      },
      spans,
    };
  };
  const tracedBy = (copy, Class, ...names) => {
    for (const name of names) {
      const method = Object.getOwnPropertyDescriptor(Class.prototype, name);
      Object.defineProperty(Class.prototype, name, copy.Traced()(Class.prototype, name, method) ?? method);
    }
    return Class;
  };
  const handlerOf = (copy, Class, name, spanProcessors, further = {}) =>
    copy.createHandler(Class, { name, spanProcessors, coldStartSpans: false, ...further }).handler;
  const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));
  const program = async () => {
    const server = http.createServer((request, response) => response.end(request.headers.traceparent ?? 'none'));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = 'http://127.0.0.1:' + server.address().port + '/';
    const fetched = async () => (await fetch(url)).text();
    const got = () => new Promise((resolve, reject) => http.get(url, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk)).on('end', () => resolve(text));
    }).on('error', reject));`;

async function run<T>(first: InstalledCopy, second: InstalledCopy, body: string): Promise<T> {
  const program = first.write(
    'program.cjs',
    `${prelude(first, second)} ${body} };
     program().then((result) => process.stdout.write(JSON.stringify({ ...result, log }), () => process.exit(0)));`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [program], { cwd: first.folder, timeout: 25_000 });
  return JSON.parse(stdout) as T;
}

describe.each([
  ['two copies with one API', a, b],
  ['a bundle, with its own API, and a dependency', a, bundle],
  ['a dependency and a bundle, with its own API', bundle, a],
])('%s', (_what, first, second) => {
  test('record their own traces, one after the other and interleaved', async () => {
    const body = `
      const of = (copy) => tracedBy(copy, class { async handle({ id }) { await this.work(id); return id; } async work(id) { await pause(id % 3); await this.inner(); } async inner() { await pause(1); } }, 'work', 'inner');
      const kept = [keeper(), keeper()];
      const handlers = [first, second].map((copy, index) => handlerOf(copy, of(copy), 'copy ' + index, [kept[index]]));
      const results = [];
      for (const handler of handlers) results.push(await handler(Buffer.from('{"id":1}'), {}));
      results.push(...(await Promise.all([2, 3, 4, 5].map((id) => handlers[id % 2](Buffer.from(JSON.stringify({ id })), {})))));
      return { results, trees: kept.map((each) => each.tree().replaceAll(/Object|handle\\w*/g, '')) };`;
    const { results, trees, log } = await run<{ results: number[]; trees: string[]; log: string[] }>(
      first,
      second,
      body,
    );
    expect(results).toEqual([1, 1, 2, 3, 4, 5]);
    for (const [index, tree] of trees.entries()) {
      const invocation = `copy ${index}((anonymous).work((anonymous).inner))`;
      expect(tree).toBe(`${invocation} ${invocation} ${invocation} of 9`);
    }
    expect(log).toEqual([]);
  });

  test('trace the requests of libraries once, in the trace of the invocation', async () => {
    const { trees, headers, log } = await run<{ trees: string[]; headers: string[][]; log: string[] }>(
      first,
      second,
      `const kept = [keeper(), keeper()];
       const headers = [];
       const handlers = [first, second].map((copy, index) => handlerOf(copy, class { async handle() { return [await fetched(), await got()]; } }, 'copy ' + index, [kept[index]], { instrumentations: ['http', 'undici'] }));
       for (const handler of [...handlers, ...handlers]) headers.push(await handler(Buffer.from('{}'), {}));
       const ids = kept.map(({ spans }) => spans.filter(({ name }) => name === 'GET').map((span) => '00-' + span.spanContext().traceId + '-' + span.spanContext().spanId + '-03'));
       const sent = [headers[0], headers[2], headers[1], headers[3]].flat();
       return { trees: kept.map((each) => each.tree()), headers: [ids.flat(), sent] };`,
    );
    expect(trees).toEqual(['copy 0(GET GET) copy 0(GET GET) of 6', 'copy 1(GET GET) copy 1(GET GET) of 6']);
    expect(headers[0]).toEqual(headers[1]);
    expect(log).toEqual([]);
  });

  test('trace a service of one copy in an invocation of the other, and record its error and secrets once', async () => {
    const { tree, exceptions, text } = await run<{ tree: string; exceptions: string[]; text: string }>(
      first,
      second,
      `const kept = keeper();
       class Stock { async take() { first.currentSpan().setAttribute('note', 'key sk-live-4711'); await this.look(); } look() { throw new Error('empty'); } }
       tracedBy(first, Stock, 'take'); tracedBy(second, Stock, 'look');
       first.secret('sk-live-4711');
       const handler = handlerOf(second, tracedBy(first, tracedBy(second, class Shop { async handle() { await this.order(); } order() { return new Stock().take(); } }, 'order'), 'order'), 'shop', [kept]);
       await handler(Buffer.from('{}'), {}).catch(() => undefined);
       const exceptions = kept.spans.flatMap(({ name, events }) => events.map((event) => name + ' ' + event.name));
       return { tree: kept.tree(), exceptions, text: JSON.stringify(kept.spans.map(({ attributes }) => attributes)) };`,
    );
    expect(tree).toBe('shop(Shop.order(Stock.take(Stock.look))) of 4');
    expect(exceptions).toEqual(['Stock.look exception']);
    expect(text).not.toContain('4711');
  });

  test('a recorder of one copy records the traces of both', async () => {
    const { names } = await run<{ names: string[] }>(
      first,
      second,
      `const traces = load(FIRST, 'fc-traced/testing').recordTraces();
       for (const copy of [first, second]) await handlerOf(copy, class { handle() {} }, 'recorded', [])(Buffer.from('{}'), {});
       return { names: traces.spans().map(({ name }) => name) };`,
    );
    expect(names).toEqual(['recorded', 'recorded']);
  });

  test('log the same problem once', async () => {
    const { log } = await run<{ log: string[] }>(
      first,
      second,
      "for (const copy of [first, second]) await copy.createHandler(class { handle() {} }, { name: 'x' }).handler(Buffer.from('{}'), {}); return {};",
    );
    expect(log.filter((line) => line.includes('no endpoint is known'))).toHaveLength(1);
  });
});

test.each([
  [
    'a tracer provider of a later version',
    `api.trace.setGlobalTracerProvider({ [Symbol.for('fc-traced tracer provider')]: 2, getTracer() { throw new Error('later'); } });`,
  ],
  ['an invocation of a later version', `invocation = { later: true };`],
  [
    'shared objects of a later version',
    `for (const name of ['recorders', 'instrumentations', 'messages', 'recorded errors']) globalThis[Symbol.for('fc-traced ' + name)] = { later: true };`,
  ],
])('%s does not break the program or its trace', async (_what, setUp) => {
  const program = a.write(
    'skew.cjs',
    `const api = require('@opentelemetry/api');
     let invocation;
     ${setUp}
     const { createHandler, Traced } = require('fc-traced');
     const spans = [];
     const processor = { onStart() {}, onEnd: (span) => void spans.push(span.name), forceFlush: async () => {}, shutdown: async () => {} };
     class Shop { handle() { return this.order(); } order() { return 'ordered'; } }
     Object.defineProperty(Shop.prototype, 'order', Traced()(Shop.prototype, 'order', Object.getOwnPropertyDescriptor(Shop.prototype, 'order')) ?? Object.getOwnPropertyDescriptor(Shop.prototype, 'order'));
     const { handler } = createHandler(Shop, { name: 'shop', coldStartSpans: false, spanProcessors: [processor] });
     (async () => {
       const results = [await handler(Buffer.from('{}'), {})];
       const outside = invocation === undefined ? api.ROOT_CONTEXT : api.ROOT_CONTEXT.setValue(Symbol.for('fc-traced invocation'), invocation);
       results.push(api.context.with(outside, () => new Shop().order()));
       try { api.context.with(outside, () => api.trace.getTracer('library').startSpan('library').end()); } catch (error) { if (error.message !== 'later') throw error; }
       process.stdout.write(JSON.stringify({ results, spans }), () => process.exit(0));
     })();`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [program], { cwd: a.folder });
  const { results, spans } = JSON.parse(stdout) as { results: string[]; spans: string[] };
  expect(results).toEqual(['ordered', 'ordered']);
  expect(spans.slice(0, 2)).toEqual(['Shop.order', 'shop']);
});
