import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import {
  OTEL_EXPORTER_JAEGER_ENDPOINT,
  OTEL_EXPORTER_OTLP_ENDPOINT,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT,
} from '../../semconv';

/** How an exporter is set up. */
export interface ExporterSettings {
  /** An http or https URL; may hold a token. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMillis: number;
}

/** What is known of a protocol before its exporter is loaded. */
interface ExporterEntry {
  /** The paths of URLs that take this protocol. */
  readonly path: RegExp;
  /** The variables that name an endpoint, the first first; `suffix` is appended to the value's path. */
  readonly endpointVariables: readonly { readonly name: string; readonly suffix?: string }[];
  /** Loads the exporter's module. */
  load(): { createExporter(settings: ExporterSettings): SpanExporter };
}

const otlp: ExporterEntry = {
  path: /\/(?:api\/otlp\/traces|v1\/traces)\/?$/,
  endpointVariables: [
    { name: OTEL_EXPORTER_OTLP_TRACES_ENDPOINT },
    { name: OTEL_EXPORTER_OTLP_ENDPOINT, suffix: 'v1/traces' },
  ],
  load: () => require('./otlp') as typeof import('./otlp'),
};

const jaeger: ExporterEntry = {
  path: /\/api\/traces\/?$/,
  endpointVariables: [{ name: OTEL_EXPORTER_JAEGER_ENDPOINT }],
  load: () => require('./jaeger') as typeof import('./jaeger'),
};

/** The exporters by protocol; the first whose path or variable fits is used. Each is loaded when it is first needed. */
export const EXPORTERS = { otlp, jaeger };

/** The name of a protocol, as the option `protocol` takes it. */
export type Protocol = keyof typeof EXPORTERS;
