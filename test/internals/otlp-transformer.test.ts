import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import fc from 'fast-check';
import { hexToBinary } from '../../src/export/hex-bytes';

// The encoder of OTLP in `dist`, into which our function for ids is compiled, against that of the package.

interface Chunk {
  export_exporters_otlp(): {
    createEncoder(settings: object): { encode(spans: readonly unknown[]): Uint8Array };
  };
}

const chunk = require('../../dist/chunk-otlp.js') as Chunk;

const id = (length: number): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom(...Array.from('0123456789abcdefABCDEF')), { minLength: length, maxLength: length })
    .map((digits) => digits.join(''));
const context = fc.record({ traceId: id(32), spanId: id(16), traceFlags: fc.constantFrom(0, 1) });

test('the bytes of spans and links with any ids are those of the package', () => {
  const encoder = chunk.export_exporters_otlp().createEncoder({
    url: 'http://127.0.0.1:1/v1/traces',
    headers: {},
    variables: { headers: [] },
  });
  fc.assert(
    fc.property(fc.array(context, { minLength: 1, maxLength: 5 }), context, (links, parent) => {
      const exporter = new InMemorySpanExporter();
      const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
      const tracer = provider.getTracer('test');
      const sampled = { ...parent, traceFlags: 1 };
      const options = { links: links.map((link) => ({ context: link })) };
      const outer = tracer.startSpan('outer', options, trace.setSpanContext(ROOT_CONTEXT, sampled));
      tracer.startSpan('inner', {}, trace.setSpan(ROOT_CONTEXT, outer)).end();
      outer.end();
      const spans = exporter.getFinishedSpans();
      expect(spans).toHaveLength(2);
      expect(Buffer.from(encoder.encode(spans)).toString('hex')).toBe(
        Buffer.from(ProtobufTraceSerializer.serializeRequest([...spans])!).toString('hex'),
      );
    }),
    { numRuns: 100 },
  );
});

test.each(['', '0', '0a', 'ABCDEF', '0123456789abcdef0123'])('the bytes of %j are those of a buffer', (hex) => {
  expect([...hexToBinary(hex)]).toEqual([...Buffer.from(hex, 'hex')]);
});

test('what is no digit leaves nothing of an earlier id', () => {
  hexToBinary('ffffffffffffffff');
  const first = [...hexToBinary('zz?/ {~\u{100}00000000')];
  hexToBinary('0000000000000000');
  expect([...hexToBinary('zz?/ {~\u{100}00000000')]).toEqual(first);
});

test.each(['00f067aa0ba902b7', '4bf92f3577b34da6a3ce929d0e0e4736'])('%s has the same bytes twice in a row', (hex) => {
  const expected = [...Buffer.from(hex, 'hex')];
  expect([[...hexToBinary(hex)], [...hexToBinary(hex)]]).toEqual([expected, expected]);
});
