import { inFreshProcess } from '../package/fresh-process';

// What src/export expects of the OTLP exporter beyond its documentation. In its own process, because the exporter loads
// node:http with a dynamic import, which Jest does not support.

test('the exporter uses the agent of httpAgentOptions, and its errors have the status code in `code`', async () => {
  const outcome = await inFreshProcess<{ codes: unknown[]; connections: number }>(`
    const http = require('node:http');
    const { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-base');
    const { createExporter } = require(dist + 'chunk-otlp.js').export_exporters_otlp;
    const memory = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] });
    provider.getTracer('internals').startSpan('span').end();
    const sockets = new Set();
    const server = http.createServer((request, response) => {
      sockets.add(request.socket);
      request.resume().on('end', () => response.writeHead(400).end());
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = 'http://127.0.0.1:' + server.address().port + '/v1/traces';
    const exporter = createExporter({ url, headers: {}, timeoutMillis: 1_000 });
    const codes = [];
    for (let turn = 0; turn < 2; turn += 1) {
      const { error } = await new Promise((resolve) => exporter.export(memory.getFinishedSpans(), resolve));
      codes.push(error.code);
    }
    await exporter.shutdown();
    report({ codes, connections: sockets.size });
    process.exit();`);
  // That agent keeps no connections, so each export opens one.
  expect(outcome).toEqual({ codes: [400, 400], connections: 2 });
});
