import type { ExporterVariables } from '../export/exporters/exporters';
import {
  OTEL_EXPORTER_JAEGER_PASSWORD,
  OTEL_EXPORTER_JAEGER_USER,
  OTEL_EXPORTER_OTLP_CERTIFICATE,
  OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE,
  OTEL_EXPORTER_OTLP_CLIENT_KEY,
  OTEL_EXPORTER_OTLP_COMPRESSION,
  OTEL_EXPORTER_OTLP_HEADERS,
  OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE,
  OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE,
  OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY,
  OTEL_EXPORTER_OTLP_TRACES_COMPRESSION,
  OTEL_EXPORTER_OTLP_TRACES_HEADERS,
} from '../environment-variables';
import { filled } from './environment';
import type { Environment } from './environment';

/** Returns the variables that only exporters use. Those for traces precede those for all signals. */
export function exporterVariablesFrom(env: Environment): ExporterVariables {
  const first = (...names: string[]): string | undefined =>
    names.map((name) => filled(env, name)).find((value) => value !== undefined);
  const headers = [OTEL_EXPORTER_OTLP_HEADERS, OTEL_EXPORTER_OTLP_TRACES_HEADERS].map((name) => filled(env, name));
  return {
    headers: headers.filter((value) => value !== undefined),
    compression: first(OTEL_EXPORTER_OTLP_TRACES_COMPRESSION, OTEL_EXPORTER_OTLP_COMPRESSION),
    certificate: first(OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE, OTEL_EXPORTER_OTLP_CERTIFICATE),
    clientCertificate: first(OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE, OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE),
    clientKey: first(OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY, OTEL_EXPORTER_OTLP_CLIENT_KEY),
    jaegerUser: filled(env, OTEL_EXPORTER_JAEGER_USER),
    jaegerPassword: filled(env, OTEL_EXPORTER_JAEGER_PASSWORD),
  };
}
