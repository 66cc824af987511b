// Sends two spans that have one of everything, with the real SDK and the real exporter, and prints their ids.
// In its own process, because the OTLP exporter imports `http` in a way that does not work inside jest.
const { SpanKind, SpanStatusCode, ROOT_CONTEXT, trace } = require('@opentelemetry/api');
const { resourceFromAttributes } = require('@opentelemetry/resources');
const { BasicTracerProvider, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-base');

const [protocol, endpoint] = process.argv.slice(2);
const LINKED = { traceId: '0123456789abcdef0123456789abcdef', spanId: 'fedcba9876543210', traceFlags: 1 };
const START = 1_760_000_000_000;

function exporter() {
  if (protocol === 'jaeger') {
    return new (require('@opentelemetry/exporter-jaeger').JaegerExporter)({ endpoint, flushTimeout: 1 });
  }
  return new (require('@opentelemetry/exporter-trace-otlp-proto').OTLPTraceExporter)({ url: endpoint });
}

async function main() {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'shop', 'cloud.region': 'cn-hangzhou' }),
    spanProcessors: [new SimpleSpanProcessor(exporter())],
  });
  const tracer = provider.getTracer('test');
  const root = tracer.startSpan('root', { kind: SpanKind.SERVER, startTime: START, links: [{ context: LINKED }] });
  const below = trace.setSpan(ROOT_CONTEXT, root);
  const child = tracer.startSpan(
    'child',
    { startTime: START + 1, attributes: { text: 'teapot', number: 2.5, flag: true } },
    below,
  );
  child.addEvent('exception', { 'exception.message': 'boom' }, START + 2);
  child.setStatus({ code: SpanStatusCode.ERROR, message: 'boom' });
  child.end(START + 3);
  root.end(START + 5);
  await provider.forceFlush();
  await provider.shutdown();
  const { traceId, spanId } = root.spanContext();
  console.log(JSON.stringify({ traceId, root: spanId, child: child.spanContext().spanId }));
}

void main();
