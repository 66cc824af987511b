import { JaegerExporter } from '@opentelemetry/exporter-jaeger';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import { warnOnce } from '../../diagnostics';
import { readField } from '../../safe-access';
import type { ExporterSettings } from './exporters';

/** Creates the exporter for Jaeger Thrift over HTTP. */
export function createExporter({ url, headers }: ExporterSettings): SpanExporter {
  if (Object.keys(headers).length > 0) {
    warnOnce('the option headers is ignored: the Jaeger exporter cannot send further headers');
  }
  const { username, password, search } = new URL(url);
  if (search !== '') warnOnce('the query of the endpoint is ignored: the Jaeger exporter cannot send one');
  const settings = {
    endpoint: url,
    // The sender ignores credentials in the URL.
    ...(username !== '' && { username: decodeURIComponent(username), password: decodeURIComponent(password) }),
    // `shutdown` starts a timer of this many milliseconds that keeps the process alive.
    flushTimeout: 1,
    // Not in the exporter's types; it passes its settings to the sender. The sender splits a batch into requests of 100
    // spans. If one of them failed, the whole batch would be sent again, and the spans before would be duplicated.
    maxSpanBatchSize: Number.POSITIVE_INFINITY,
  };
  const exporter = new JaegerExporter(settings);
  const { export: exportSpans } = exporter;
  exporter.export = (spans, done) =>
    Reflect.apply(exportSpans, exporter, [
      spans,
      (result: Parameters<typeof done>[0]) => {
        warnIfSplit(exporter);
        done(result);
      },
    ]);
  return exporter;
}

/** Logs once if the sender, which is created with the first export, does not have the batch size above. */
function warnIfSplit(exporter: JaegerExporter): void {
  const sender = readField(exporter, '_sender');
  if (sender === undefined || readField(sender, '_maxSpanBatchSize') === Number.POSITIVE_INFINITY) return;
  warnOnce(
    'this version of jaeger-client ignores maxSpanBatchSize: a batch is sent in parts, and if one fails, ' +
      'spans may be duplicated',
  );
}
