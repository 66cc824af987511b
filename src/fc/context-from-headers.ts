import type { IncomingHttpHeaders } from 'node:http';
import { format } from 'node:util';
import { countMalformed } from '../diagnostics';
import { readNumber } from '../safe-access';
import type { InstanceFacts } from './attributes';
import type { FcContext, FcLogger } from './context';
import { ENDPOINT_HEADER, readFcTracingHeaders } from './tracing';

/** A method of a logger. */
export type LogMethod = (...values: unknown[]) => void;

// oxlint-disable-next-line no-console -- FC logs what a custom runtime prints
const out = (line: string): void => console.log(line);
// oxlint-disable-next-line no-console -- as above
const err = (line: string): void => console.error(line);

/**
 * Writes lines in the format of FC's built-in runtimes: time, request id, level, message. `decorate` returns the method
 * that the program gets.
 */
function loggerFor(requestId: string, decorate: (method: LogMethod) => LogMethod): FcLogger {
  const write = (level: string, print: (line: string) => void): LogMethod =>
    decorate((...values) => print(`${new Date().toISOString()} ${requestId} [${level}] ${format(...values)}`));
  return {
    log: write('verbose', out),
    debug: write('debug', out),
    info: write('info', out),
    warn: write('warning', err),
    error: write('error', err),
  };
}

/** Whose `x-fc-*` headers are believed: `platform` are those of FC, whose endpoint must be one that FC can set. */
export type HeaderTrust = 'none' | 'platform' | 'all';

/** Addresses that only a network of the function's owner or FC itself can have: private, local, and without a domain. */
const PRIVATE_HOST =
  /^(?:[^.:]+|[^:]*\.(?:internal|local)|(?:10|127)\.[\d.]+|192\.168\.[\d.]+|172\.(?:1[6-9]|2\d|3[01])\.[\d.]+|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.[\d.]+|\[::1\]|\[f[cd][\da-f]{2}:.*\])$/;

/** Whether an endpoint in a header is one that FC sets: of Alibaba Cloud, or of a private network. */
function isEndpointOfPlatform(endpoint: string): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { hostname } = new URL(endpoint);
  return hostname.endsWith('.aliyuncs.com') || PRIVATE_HOST.test(hostname);
}

/**
 * Returns the request headers of which the `x-fc-*` ones may be believed. Anybody can send them to a server that FC does
 * not protect: they would say where traces go, what is redacted in later ones, and how long an export may take.
 */
export function trustedFcHeaders(headers: IncomingHttpHeaders, trust: HeaderTrust): IncomingHttpHeaders {
  if (trust === 'all') return headers;
  if (trust === 'none') return {};
  const endpoint = headers[ENDPOINT_HEADER];
  if (typeof endpoint !== 'string' || endpoint === '' || isEndpointOfPlatform(endpoint)) return headers;
  countMalformed(
    1,
    `the endpoint in the header ${ENDPOINT_HEADER} is neither of Alibaba Cloud nor of a private network and was ignored: ` +
      'set the option endpoint, or trustFcHeaders: true',
  );
  return { ...headers, [ENDPOINT_HEADER]: undefined };
}

/** The text of a header; `undefined` if it is missing or empty. */
function textOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Adds fields, omitting those whose value is `undefined`, as FC does. */
function withFields<T extends object>(target: object, fields: readonly (readonly [keyof T & string, unknown])[]): T {
  for (const [name, value] of fields) if (value !== undefined) (target as Record<string, unknown>)[name] = value;
  return target as T;
}

/**
 * Makes FC's context from the `x-fc-*` headers that FC adds to each request to a custom runtime. Missing values are
 * taken from `instance`; otherwise they are empty or 0. `headers`: those that are believed. Without a request id, a random UUID is used.
 * `decorate` returns the methods of the logger that the program gets.
 */
export function contextOf(
  headers: IncomingHttpHeaders,
  instance: InstanceFacts,
  decorate: (method: LogMethod) => LogMethod = (method) => method,
): FcContext {
  const requestId =
    textOf(headers['x-fc-request-id']) ?? (require('node:crypto') as typeof import('node:crypto')).randomUUID();
  return {
    requestId,
    credentials: withFields({}, [
      ['accessKeyId', textOf(headers['x-fc-access-key-id'])],
      ['accessKeySecret', textOf(headers['x-fc-access-key-secret'])],
      ['securityToken', textOf(headers['x-fc-security-token'])],
    ]),
    function: withFields<FcContext['function']>(
      {
        name: textOf(headers['x-fc-function-name']) ?? instance.functionName ?? '',
        handler: textOf(headers['x-fc-function-handler']) ?? '',
        memory: readNumber(headers, 'x-fc-function-memory') ?? readNumber(instance, 'memoryMb') ?? 0,
        timeout: readNumber(headers, 'x-fc-function-timeout') ?? 0,
      },
      [
        ['initializer', textOf(headers['x-fc-function-initializer'])],
        ['initializationTimeout', readNumber(headers, 'x-fc-initialization-timeout')],
      ],
    ),
    service: withFields<NonNullable<FcContext['service']>>({}, [
      ['name', textOf(headers['x-fc-service-name'])],
      ['logProject', textOf(headers['x-fc-service-logproject'])],
      ['logStore', textOf(headers['x-fc-service-logstore'])],
      ['qualifier', textOf(headers['x-fc-qualifier']) ?? instance.qualifier],
      ['versionId', textOf(headers['x-fc-version-id']) ?? instance.functionVersion],
    ]),
    region: textOf(headers['x-fc-region']) ?? instance.region ?? '',
    accountId: textOf(headers['x-fc-account-id']) ?? instance.accountId ?? '',
    logger: loggerFor(requestId, decorate),
    retryCount: readNumber(headers, 'x-fc-retry-count') ?? 0,
    tracing: readFcTracingHeaders(headers),
  };
}
