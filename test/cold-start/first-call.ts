import { inFreshProcess } from '../package/fresh-process';

/**
 * Runs a script in a new process. It can use the built package, a class `Shop` with a traced method, and the span processor `processor`. `trees()` returns the recorded traces as text with `faas.coldstart`. `later` moves the clock of `performance`.
 */
export function inColdProcess<T>(script: string, before = ''): Promise<T> {
  return inFreshProcess<T>(`
    ${before}
    const { createHandler, Handler, Traced, startSpan } = require(dist + 'index.js');
    const { fakeFcContext, invoke, recordTraces } = require(dist + 'testing.js');
    const { sdkSpanRecord } = require(dist + 'chunk-testing-modules.js').testing_sdk_span_record();
    const { buildTraces, renderTrace } = require(dist + 'testing.js');
    const spans = [];
    const nothing = async () => {};
    const processor = { onStart() {}, onEnd: (span) => spans.push(sdkSpanRecord(span)), forceFlush: nothing, shutdown: nothing };
    const trees = () => buildTraces(spans).map((trace) => renderTrace(trace, { attributes: ['faas.coldstart'] }));
    const sampledAs = (flag, parent = '0') => fakeFcContext({ tracing: { openTracingSpanContext: '124ed43254b54966:aaaaaaaaaaaaaaaa:' + parent + ':' + flag } });
    class Shop { handle() { return this.take(); } take() { return 'taken'; } }
    Object.defineProperty(Shop.prototype, 'take', Traced()(Shop.prototype, 'take', Object.getOwnPropertyDescriptor(Shop.prototype, 'take')));
    const create = (options) => createHandler(Shop, { name: 'shop', spanProcessors: [processor], ...options });
    const later = (millis) => { const { now } = performance; performance.now = () => now.call(performance) + millis; };
    ${script}
  `);
}

/** The trace of the first invocation of a process if it has no parent. */
export const COLD_ROOT = [
  'cold start  faas.coldstart=true',
  '├─ start process',
  '├─ load modules',
  '└─ load tracing',
  'shop  faas.coldstart=true',
  '├─ build container',
  '└─ Shop.take',
].join('\n');

/** The trace of a later invocation. */
export const WARM_ROOT = ['shop  faas.coldstart=false', '└─ Shop.take'].join('\n');
