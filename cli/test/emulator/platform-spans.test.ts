import { join } from 'node:path';
import { buildTraces, renderTrace } from '../../../src/testing/trace-tree';
import { startCollector } from '../../src/viewer/collector';
import type { Collector } from '../../src/viewer/collector';
import { startInstance } from './built';
import type { Instance } from './built';

const codeDir = join(__dirname, 'functions');

let collector: Collector;
let instance: Instance | undefined;
beforeEach(async () => {
  collector = await startCollector();
});
afterEach(async () => {
  await instance?.stop();
  await collector.close();
});

function start(method: string, sampled = true, generation: '2.0' | '3.0' = '3.0'): Instance {
  instance = startInstance({
    handler: `commonjs.${method}`,
    initializer: 'commonjs.initialize',
    codeDir,
    generation,
    tracing: { endpoint: collector.jaegerEndpoint, sampled },
  });
  return instance;
}

test('FC’s own spans show the cold start of the first invocation only', async () => {
  const function_ = start('count');
  await function_.invoke('');
  await function_.invoke('');
  await function_.delivered();
  const trees = buildTraces(collector.spans()).map((trace) => renderTrace(trace, { attributes: ['faas.coldstart'] }));
  expect(trees).toEqual([
    [
      'InvokeFunction  faas.coldstart=true',
      '├─ ColdStart',
      '│  ├─ PrepareCode',
      '│  └─ RuntimeInitialization',
      '├─ Initializer',
      '└─ Invocation',
    ].join('\n'),
    ['InvokeFunction  faas.coldstart=false', '└─ Invocation'].join('\n'),
  ]);
});

test('the function receives the context of FC’s span of the invocation, and FC’s endpoint', async () => {
  const function_ = start('context');
  const { body, traceId } = await function_.invoke('');
  await function_.delivered();
  const invocation = collector.spans().find((span) => span.name === 'Invocation')!;
  expect(JSON.parse(body.toString()).context.tracing).toEqual({
    openTracingSpanContext: `${traceId}:${invocation.spanId}:${invocation.parentSpanId}:1`,
    openTracingSpanBaggages: {},
    jaegerEndpoint: collector.jaegerEndpoint,
  });
  expect(invocation.traceId).toBe(traceId);
});

test('FC 2.0 passes trace ids of 64 bits', async () => {
  const { body, traceId } = await start('context', true, '2.0').invoke('');
  const [jaegerTraceId] = JSON.parse(body.toString()).context.tracing.openTracingSpanContext.split(':') as string[];
  expect(jaegerTraceId).toMatch(/^[0-9a-f]{16}$/);
  expect(traceId).toBe(`${'0'.repeat(16)}${jaegerTraceId}`);
});

test('an invocation that FC does not sample has the flag 0, and FC sends nothing', async () => {
  const function_ = start('context', false);
  const { body } = await function_.invoke('');
  await function_.delivered();
  expect(JSON.parse(body.toString()).context.tracing.openTracingSpanContext).toMatch(/:0$/);
  expect(collector.requests).toEqual({ jaeger: 0, otlp: 0, rejected: 0 });
});

test('a failed invocation has FC’s error type on its root span', async () => {
  const function_ = start('thrown');
  await function_.invoke('');
  await function_.delivered();
  expect(collector.spans().find((span) => span.name === 'InvokeFunction')?.attributes).toMatchObject({
    'fc.error_type': 'RangeError',
  });
});

test('a backend that cannot be reached does not affect the response, and delivered() rejects', async () => {
  await collector.close();
  const function_ = start('count');
  expect((await function_.invoke('')).ok).toBe(true);
  await expect(function_.delivered()).rejects.toThrow('ECONNREFUSED');
});
