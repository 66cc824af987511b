import type { IncomingHttpHeaders } from 'node:http';
import { format } from 'node:util';
import { countMalformed } from '../diagnostics';
import { readNumber, readText } from '../safe-access';
import type { InstanceFacts } from './attributes';
import type { FcContext, FcLogger } from './context';
import { ENDPOINT_HEADER, readFcTracingHeaders } from './tracing';

/** Writes lines in the format of FC's built-in runtimes: time, request id, level, message. */
function loggerFor(requestId: string): FcLogger {
  const write =
    (level: string, print: (line: string) => void) =>
    (...values: unknown[]): void =>
      print(`${new Date().toISOString()} ${requestId} [${level}] ${format(...values)}`);
  // oxlint-disable-next-line no-console -- FC logs what a custom runtime prints
  const out = (line: string): void => console.log(line);
  // oxlint-disable-next-line no-console -- as above
  const err = (line: string): void => console.error(line);
  return {
    log: write('verbose', out),
    debug: write('debug', out),
    info: write('info', out),
    warn: write('warning', err),
    error: write('error', err),
  };
}

/** Omits the fields whose value is `undefined`, as FC does. */
function withoutUndefined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
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

/**
 * Makes FC's context from the `x-fc-*` headers that FC adds to each request to a custom runtime. Missing values are
 * taken from `instance`; otherwise they are empty or 0. `headers`: those that are believed. Without a request id, a random UUID is used.
 */
export function contextOf(headers: IncomingHttpHeaders, instance: InstanceFacts): FcContext {
  const text = (name: string): string | undefined => readText(headers, `x-fc-${name}`);
  const requestId = text('request-id') ?? (require('node:crypto') as typeof import('node:crypto')).randomUUID();
  const memory = readNumber(headers, 'x-fc-function-memory') ?? readNumber(instance, 'memoryMb');
  return {
    requestId,
    credentials: withoutUndefined({
      accessKeyId: text('access-key-id'),
      accessKeySecret: text('access-key-secret'),
      securityToken: text('security-token'),
    }),
    function: withoutUndefined({
      name: text('function-name') ?? instance.functionName ?? '',
      handler: text('function-handler') ?? '',
      memory: memory ?? 0,
      timeout: readNumber(headers, 'x-fc-function-timeout') ?? 0,
      initializer: text('function-initializer'),
      initializationTimeout: readNumber(headers, 'x-fc-initialization-timeout'),
    }),
    service: withoutUndefined({
      name: text('service-name'),
      logProject: text('service-logproject'),
      logStore: text('service-logstore'),
      qualifier: text('qualifier') ?? instance.qualifier,
      versionId: text('version-id') ?? instance.functionVersion,
    }),
    region: text('region') ?? instance.region ?? '',
    accountId: text('account-id') ?? instance.accountId ?? '',
    logger: loggerFor(requestId),
    retryCount: readNumber(headers, 'x-fc-retry-count') ?? 0,
    tracing: readFcTracingHeaders(headers),
  };
}
