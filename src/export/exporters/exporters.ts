import {
  OTEL_EXPORTER_JAEGER_ENDPOINT,
  OTEL_EXPORTER_OTLP_ENDPOINT,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT,
} from '../../semconv';
import type { SpanExporter } from '../sdk';

/** The settings of an exporter. */
export interface ExporterSettings {
  /** An http or https URL. It may contain a token. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMillis: number;
}

/** What is known of a protocol before its exporter is loaded. */
interface ExporterEntry {
  /** The paths of endpoints that use this protocol. */
  readonly path: RegExp;
  /** The environment variables that name an endpoint, in order of precedence; `suffix` is appended to the path. */
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

/** The exporters by protocol. The first one whose path or variable matches is used, and loaded when it is needed. */
export const EXPORTERS = { otlp, jaeger };

/** A value of the option `protocol`. */
export type Protocol = keyof typeof EXPORTERS;
