import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { FAKE_CREDENTIALS } from './context';
import { traceparentOf } from './platform-trace';
import type { PlatformTrace, TracingFields } from './platform-trace';
import type { ServerOptions } from './server-options';

// What concerns one connection alone; FC lets neither side say it.
const OF_A_CONNECTION = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'proxy-authorization',
  'proxy-authenticate',
]);

type Span = Parameters<PlatformTrace['span']>[2];

/** The headers that FC lets through between a client and a function: its own `x-fc-*` are none of them. */
export function throughHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !OF_A_CONNECTION.has(name) && !name.startsWith('x-fc-')),
  );
}

/** What FC tells a custom runtime with each request. With tracing off, the headers of tracing are there and empty. */
export function commonHeaders(
  options: ServerOptions,
  requestId: string,
  control: string,
  fields: TracingFields,
  span: Span,
): OutgoingHttpHeaders {
  const { functionName = 'function', handler = 'index.handler', memorySize = 512, timeout = 60 } = options;
  const { openTracingSpanContext, openTracingSpanBaggages, jaegerEndpoint } = fields;
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const traceparent = traceparentOf(span);
  return {
    'x-fc-request-id': requestId,
    'x-fc-control-path': control,
    'x-fc-function-name': functionName,
    'x-fc-function-handler': handler,
    'x-fc-function-memory': String(memorySize),
    'x-fc-function-timeout': String(timeout),
    'x-fc-region': 'cn-hangzhou',
    'x-fc-account-id': '1234567890123456',
    'x-fc-qualifier': 'LATEST',
    'x-fc-access-key-id': FAKE_CREDENTIALS.accessKeyId,
    'x-fc-access-key-secret': FAKE_CREDENTIALS.accessKeySecret,
    'x-fc-security-token': FAKE_CREDENTIALS.securityToken,
    'x-fc-tracing-opentracing-span-context': text(openTracingSpanContext),
    'x-fc-tracing-opentracing-span-baggages':
      span === undefined ? '' : Buffer.from(JSON.stringify(openTracingSpanBaggages)).toString('base64'),
    'x-fc-tracing-jaeger-endpoint': text(jaegerEndpoint),
    ...(traceparent !== undefined && { traceparent }),
  };
}
