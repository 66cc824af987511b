import { buildTraces, renderTrace } from 'fc-traced/testing';
import type { SpanRecord } from 'fc-traced/testing';
import { startCollector } from '../viewer/collector';
import type { Collector } from '../viewer/collector';
import { describeAnswer } from '../answer';
import type { Protocol } from '../options';
import { playOrders } from '../orders-story';
import { paint, paintTree, print } from '../terminal';

const TITLES: Record<Protocol, string> = {
  jaeger: 'Jaeger thrift, by exporter-jaeger',
  otlp: 'OTLP protobuf, by exporter-trace-otlp-proto',
};
const SHOWN = ['faas.coldstart', 'order.sku', 'order.quantity', 'order.shelf'];

const HOW_TO_GO_ON = `From InvokeFunction to Invocation the spans are FC's own, made here by an emulator; what is below Invocation is the function's, see samples/orders/README.md.
In a backend of yours: npm start -- --otlp http://127.0.0.1:4318/v1/traces. More samples, with databases, files, functions that call functions: npm run sample`;

const isPlatform = (span: SpanRecord): boolean => span.resource['service.name'] === 'fc.platform';
const duration = (span: SpanRecord): string => `${(Number(span.endNanos - span.startNanos) / 1e6).toFixed(1)} ms`;

// Whole: FC's own span and the function's are both there, in one tree.
function isWhole(spans: readonly SpanRecord[]): boolean {
  return buildTraces(spans).some(
    (trace) => trace.roots.length === 1 && isPlatform(trace.roots[0]!.span) && !spans.every(isPlatform),
  );
}

async function showTrace(collector: Collector, traceId: string | undefined): Promise<boolean> {
  const ofTrace = (spans: readonly SpanRecord[]): SpanRecord[] => spans.filter((span) => span.traceId === traceId);
  const arrived = await collector
    .waitFor((spans) => isWhole(ofTrace(spans)), 3000)
    .then(
      () => true,
      () => false,
    );
  for (const trace of buildTraces(ofTrace(collector.spans()))) {
    const tree = renderTrace(trace, { note: duration, attributes: SHOWN });
    print(paint('dim', `  trace  ${trace.traceId}`), paintTree(tree).replaceAll(/^/gm, '  '), '');
  }
  if (!arrived) print(paint('red', '  the trace did not arrive whole'), '');
  return arrived;
}

/** Plays the sample over both protocols against a collector of its own, and draws every trace. False when one did not arrive. */
export async function show(): Promise<boolean> {
  const collector = await startCollector();
  let whole = true;
  try {
    for (const protocol of ['jaeger', 'otlp'] as const) {
      print(paint('cyan', `── ${TITLES[protocol]} ──`), '');
      for await (const call of playOrders(protocol === 'jaeger' ? collector.jaegerEndpoint : collector.otlpEndpoint)) {
        print(describeAnswer(call));
        whole = (await showTrace(collector, call.invocation.traceId)) && whole;
      }
    }
    const { jaeger, otlp, rejected } = collector.requests;
    print(
      paint('dim', `The collector read ${jaeger} Jaeger and ${otlp} OTLP requests, and refused ${rejected}.`),
      paint('dim', HOW_TO_GO_ON),
    );
    return whole;
  } finally {
    await collector.close();
  }
}
