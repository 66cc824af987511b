import { buildTraces, renderTrace } from 'fc-traced/testing';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startCollector } from '../../cli/src/viewer/collector';

const DIST = JSON.stringify(join(__dirname, '..', '..', 'dist', 'server.js'));
const PROGRAM = `
  const { serve } = require(${DIST});
  class Api {
    handle({ rawPath }) {
      console.log('handling', rawPath);
      if (rawPath === '/soon') return new Promise((resolve) => setTimeout(resolve, 150, 'soon'));
      return new Promise(() => {});
    }
  }
  serve(Api, { port: 0, host: '127.0.0.1', endpoint: process.argv[1], name: 'api', coldStartSpans: false, shutdownTimeoutMillis: 300 })
    .then(({ port }) => console.log(port));
`;

// Windows has no signals.
(process.platform === 'win32' ? test.skip : test)(
  'at SIGTERM, requests that are open have snapshots; one that ends in time gets its response, and all arrive',
  async () => {
    const collector = await startCollector();
    const child = spawn(process.execPath, ['-e', PROGRAM, collector.otlpEndpoint], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    const lines = createInterface({ input: child.stdout });
    const [port] = (await once(lines, 'line')) as [string];
    const ask = (path: string, traceId: string): Promise<string> =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01`, 'x-fc-request-id': path },
      }).then(
        (response) => response.text(),
        () => 'aborted',
      );
    const started = (async () => {
      const seen = new Set<string>();
      for await (const line of lines) if (line.startsWith('handling') && seen.add(line).size === 2) return;
    })();
    const answers = Promise.all([
      ask('/soon', '4bf92f3577b34da6a3ce929d0e0e4736'),
      ask('/never', '5bf92f3577b34da6a3ce929d0e0e4736'),
    ]);
    await started;
    child.kill('SIGTERM');
    expect(await answers).toEqual(['soon', 'aborted']);
    expect(await exited).toEqual([0, null]);
    const trees = buildTraces(collector.spans()).map((trace) =>
      renderTrace(trace, { attributes: ['url.path', 'fc_traced.snapshot_reason'] }),
    );
    expect(trees.sort()).toEqual([
      'api (still open)  url.path="/never"  fc_traced.snapshot_reason="sigterm"\napi  url.path="/never"',
      'api (still open)  url.path="/soon"  fc_traced.snapshot_reason="sigterm"\napi  url.path="/soon"',
    ]);
    await collector.close();
  },
  30_000,
);
