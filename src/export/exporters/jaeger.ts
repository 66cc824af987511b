import { JaegerExporter } from '@opentelemetry/exporter-jaeger';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import { warnOnce } from '../../diagnostics';
import type { ExporterSettings } from './exporters';

/** Creates the exporter for Jaeger thrift over HTTP. */
export function createExporter({ url, headers }: ExporterSettings): SpanExporter {
  if (Object.keys(headers).length > 0) warnOnce('the option headers is ignored: a Jaeger export sends none');
  const { username, password, search } = new URL(url);
  if (search !== '') warnOnce('the query of the endpoint is ignored: a Jaeger export sends none');
  const settings = {
    endpoint: url,
    // The sender reads them from here, not from the URL.
    ...(username !== '' && { username: decodeURIComponent(username), password: decodeURIComponent(password) }),
    // Its shutdown waits for `flushTimeout` with a timer that keeps the process alive.
    flushTimeout: 1,
    // The sender would split a batch into requests of 100 spans: if one failed, those before it would have been accepted, and
    // sending the batch again would duplicate them.
    maxSpanBatchSize: Number.POSITIVE_INFINITY,
  };
  return new JaegerExporter(settings);
}
