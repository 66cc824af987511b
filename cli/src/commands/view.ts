import { ExitCode } from '../command';
import type { Command } from '../command';
import { paint, print } from '../terminal';

/** Runs the viewer alone. */
export const view: Command<'port' | 'store' | 'open'> = {
  name: 'view',
  summary: 'show traces in the browser: from files, and from any program that sends them',
  positionals: '[FILE...]',
  options: ['port', 'store', 'open'],
  helpBeforeOptions: `FILE has OTLP JSON, one object or one a line, or is an HTML file of export; - is standard input.`,
  helpAfterOptions: `The viewer receives OTLP over HTTP (protobuf and JSON) and Jaeger thrift, on this machine only. By default, its port is
4318, to which OpenTelemetry's exporters send, or a free one if that is in use. It runs until Ctrl-C.

exit codes:
  2  the command line is wrong, a file has no traces, or the port is in use`,
  async run({ port, store, open }, files, { cleanup }) {
    const { readTraceFile } = require('../traces/trace-files') as typeof import('../traces/trace-files');
    const { startOnPort } = require('../traces/open-viewer') as typeof import('../traces/open-viewer');
    const { openInBrowser, untilInterrupted } =
      require('../traces/keep-viewer') as typeof import('../traces/keep-viewer');
    const data = files.map(readTraceFile);
    const { viewer } = await startOnPort(port, store);
    cleanup.defer(() => viewer.close());
    for (const traces of data) viewer.add(traces);
    const [only, ...others] = [...new Set(data.flatMap(({ spans }) => spans.map(({ traceId }) => traceId)))];
    const url = only !== undefined && others.length === 0 ? viewer.tracesUrl(only) : viewer.url;
    print(
      `${paint('bold', 'viewer')}  ${url}`,
      `  OTLP    ${viewer.otlpEndpoint}`,
      `  Jaeger  ${viewer.jaegerEndpoint}`,
      paint('dim', '  Ctrl-C ends'),
    );
    if (open) openInBrowser(url);
    await untilInterrupted(cleanup);
    return ExitCode.Ok;
  },
};
