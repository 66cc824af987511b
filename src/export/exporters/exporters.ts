import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import { withoutEndpointVariables } from '../../config/config';
import type { Endpoint } from '../../config/environment';
import { warnOnce } from '../../diagnostics';
import { untimedAgent } from './untimed-agent';

/** How an exporter is set up. */
export interface ExporterSettings {
  readonly endpoint: Endpoint;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMillis: number;
}

let jaeger: typeof import('@opentelemetry/exporter-jaeger') | undefined;
let otlp: typeof import('@opentelemetry/exporter-trace-otlp-proto') | undefined;

/** Makes the exporter for an endpoint. Each one's module is loaded when it is first needed: the other's never is. */
export function createExporter({ endpoint, headers, timeoutMillis }: ExporterSettings): SpanExporter {
  if (endpoint.protocol === 'jaeger') {
    if (Object.keys(headers).length > 0) warnOnce('the option headers is left out: a Jaeger export sends none');
    jaeger ??= require('@opentelemetry/exporter-jaeger') as typeof import('@opentelemetry/exporter-jaeger');
    // Its shutdown waits out `flushTimeout` with a timer that keeps the process alive. Its sender would split a batch into requests of
    // 100 spans: when one of them fails, those before it were taken, and to send the batch again would double them.
    const { username, password, search } = new URL(endpoint.url);
    if (search !== '') warnOnce('the query of the endpoint is left out: a Jaeger export sends none');
    const settings = {
      endpoint: endpoint.url,
      // Its sender takes them from here alone, and not out of the URL.
      ...(username !== '' && { username: decodeURIComponent(username), password: decodeURIComponent(password) }),
      flushTimeout: 1,
      maxSpanBatchSize: Number.POSITIVE_INFINITY,
    };
    return new jaeger.JaegerExporter(settings);
  }
  otlp ??=
    require('@opentelemetry/exporter-trace-otlp-proto') as typeof import('@opentelemetry/exporter-trace-otlp-proto');
  const { OTLPTraceExporter } = otlp;
  // A connection that was kept through a freeze is often dead without either side knowing, so none is kept.
  const agents: ReturnType<typeof untimedAgent>[] = [];
  const httpAgentOptions = async (protocol: string) => {
    const agent = untimedAgent(protocol);
    agents.push(agent);
    return agent;
  };
  const exporter = withoutEndpointVariables(
    () => new OTLPTraceExporter({ url: endpoint.url, headers: { ...headers }, timeoutMillis, httpAgentOptions }),
  );
  const { shutdown } = exporter;
  exporter.shutdown = () => {
    // It would wait for exports that nobody waits for any more.
    for (const agent of agents) agent.destroy();
    return Reflect.apply(shutdown, exporter, []);
  };
  return exporter;
}
