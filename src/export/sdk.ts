/** The types of the OpenTelemetry SDK that other parts name. Another line of the SDK is changed in this folder only. */
export type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base';
