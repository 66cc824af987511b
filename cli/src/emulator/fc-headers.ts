import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { ACCOUNT_ID, FAKE_CREDENTIALS, REGION } from './context';
import type { ServerOptions } from './function-options';
import { traceparentOf } from './platform-trace';
import type { PlatformSpan, TracingFields } from './platform-trace';

// Headers that belong to one connection. FC forwards them in neither direction.
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'proxy-authorization',
  'proxy-authenticate',
]);

/** The headers that FC forwards between a client and a function: all but hop-by-hop headers and FC's own `x-fc-*`. */
export function forwardedHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && !name.startsWith('x-fc-')),
  );
}

/** The headers that FC adds to each request to a custom runtime. When tracing is off, the tracing headers are empty. */
export function commonHeaders(
  options: ServerOptions,
  requestId: string,
  controlPath: string,
  fields: TracingFields,
  span: PlatformSpan | undefined,
): OutgoingHttpHeaders {
  const { functionName = 'function', handler = 'index.handler', memorySize = 512, timeout = 60 } = options;
  const { openTracingSpanContext, openTracingSpanBaggages, jaegerEndpoint } = fields;
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const traceparent = traceparentOf(span);
  return {
    'x-fc-request-id': requestId,
    'x-fc-control-path': controlPath,
    'x-fc-function-name': functionName,
    'x-fc-function-handler': handler,
    'x-fc-function-memory': String(memorySize),
    'x-fc-function-timeout': String(timeout),
    'x-fc-region': REGION,
    'x-fc-account-id': ACCOUNT_ID,
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
