// A tool call between a client and a server in this process: `mcp.cjs GENERATION-TRANSPORT-TRACING MILLISECONDS`.
const assert = require('node:assert/strict');
const { context, propagation, SpanKind, SpanStatusCode, trace } = require('@opentelemetry/api');
const { W3CTraceContextPropagator } = require('@opentelemetry/core');
const { noopProcessor, registerDefaultSdk, underParent } = require('../default-sdk.cjs');
const { insideInvocation } = require('../fc-invocation.cjs');
const { contend, measureLong } = require('../measure.cjs');
const { linked } = require('../mcp-link.cjs');

/** Measures sequential calls. */
const timed = (transport, call, ms) =>
  measureLong(
    async (count) => {
      for (let i = 0; i < count; i += 1) await call();
    },
    ms,
    transport === 'http' ? { size: 2, warmUp: 100 } : { size: 20, warmUp: 3_000 },
  );

/** Hand-written code for a client span and a server span in one trace: around the call and around the tool. */
function byHand() {
  const tracer = trace.getTracer('bench');
  const attributes = {
    'mcp.method.name': 'tools/call',
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'weather',
  };
  const inSpan = (kind, parent, work) =>
    tracer.startActiveSpan('tools/call weather', { kind, attributes }, parent, async (span) => {
      try {
        const result = await work();
        if (result.isError) span.setStatus({ code: SpanStatusCode.ERROR });
        return result;
      } catch (error) {
        span.recordException(error);
        span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
        throw error;
      } finally {
        span.end();
      }
    });
  const aroundTool = (tool, metaOf) => (input, extra) =>
    inSpan(SpanKind.SERVER, propagation.extract(context.active(), metaOf(extra) ?? {}), () => tool(input, extra));
  const aroundCall = (call) => () =>
    inSpan(SpanKind.CLIENT, context.active(), () => {
      const meta = {};
      propagation.inject(context.active(), meta);
      return call(meta);
    });
  return { aroundTool, aroundCall };
}

/** A client and a server in one invocation, both traced. Checks the number of their spans. */
function ours(sampled) {
  return async (generation, transport, ms) => {
    const { traceMcpClient, traceMcpServer } = require('../../dist/mcp.js');
    let ended = 0;
    const processor = { ...noopProcessor, onEnd: () => void (ended += 1) };
    return insideInvocation(sampled, sampled ? { spanProcessors: [processor] } : {}, () =>
      linked(generation, transport, { traceServer: traceMcpServer, traceClient: traceMcpClient }, async (call) => {
        const before = ended;
        await call();
        assert.equal(
          ended - before,
          sampled ? 2 : 0,
          'a sampled call must have a client span and a server span, and an unsampled one none',
        );
        return timed(transport, call, ms);
      }),
    );
  };
}

const TRACING = {
  plain: (generation, transport, ms) => linked(generation, transport, {}, (call) => timed(transport, call, ms)),
  hand: (generation, transport, ms) => {
    registerDefaultSdk();
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    const { aroundTool, aroundCall } = byHand();
    return underParent(true, () =>
      linked(generation, transport, { aroundTool }, (call) => timed(transport, aroundCall(call), ms)),
    );
  },
  unsampled: ours(false),
  sampled: ours(true),
};

const modes = ['1.x', '2.x'].flatMap((generation) =>
  ['memory', 'http'].flatMap((transport) =>
    Object.entries(TRACING).map(([tracing, run]) => [
      `${generation}-${transport}-${tracing}`,
      (ms) => run(generation, transport, ms),
    ]),
  ),
);
void contend(Object.fromEntries(modes));
