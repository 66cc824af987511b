import type { IncomingHttpHeaders } from 'node:http';
import { format } from 'node:util';
import { countMalformed } from '../diagnostics';
import { numberOf } from '../safe-access';
import type { InstanceFacts } from './attributes';
import type { FcContext, FcLogger } from './context';
import { ENDPOINT_HEADER, readFcTracingHeaders } from './tracing';

/** Returns what a logger writes for the arguments of one of its methods. */
export type LineValues = (values: unknown[]) => unknown[];

// oxlint-disable-next-line no-console -- FC logs what a custom runtime prints
const out = (line: string): void => console.log(line);
// oxlint-disable-next-line no-console -- as above
const err = (line: string): void => console.error(line);

/** Writes lines in the format of FC's built-in runtimes: time, request id, level, message. */
function loggerFor(requestId: string, valuesOf: LineValues): FcLogger {
  const line = (level: string, values: unknown[]): string =>
    `${new Date().toISOString()} ${requestId} [${level}] ${format(...valuesOf(values))}`;
  return {
    log: (...values: unknown[]) => out(line('verbose', values)),
    debug: (...values: unknown[]) => out(line('debug', values)),
    info: (...values: unknown[]) => out(line('info', values)),
    warn: (...values: unknown[]) => err(line('warning', values)),
    error: (...values: unknown[]) => err(line('error', values)),
  };
}

let randomUuid: (() => string) | undefined;

/** A request id where FC sends none. */
function newRequestId(): string {
  randomUuid ??= (require('node:crypto') as typeof import('node:crypto')).randomUUID;
  return randomUuid();
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

/** Adds a field, unless its value is `undefined`: FC omits it then. */
function add<T extends object>(target: T, name: keyof T, value: T[keyof T] | undefined): void {
  if (value !== undefined) target[name] = value;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function credentialsOf(headers: IncomingHttpHeaders): FcContext['credentials'] {
  const credentials: Mutable<FcContext['credentials']> = {};
  add(credentials, 'accessKeyId', textOf(headers['x-fc-access-key-id']));
  add(credentials, 'accessKeySecret', textOf(headers['x-fc-access-key-secret']));
  add(credentials, 'securityToken', textOf(headers['x-fc-security-token']));
  return credentials;
}

function functionOf(headers: IncomingHttpHeaders, instance: InstanceFacts): FcContext['function'] {
  const made: Mutable<FcContext['function']> = {
    name: textOf(headers['x-fc-function-name']) ?? instance.functionName ?? '',
    handler: textOf(headers['x-fc-function-handler']) ?? '',
    memory: numberOf(headers['x-fc-function-memory']) ?? numberOf(instance.memoryMb) ?? 0,
    timeout: numberOf(headers['x-fc-function-timeout']) ?? 0,
  };
  add(made, 'initializer', textOf(headers['x-fc-function-initializer']));
  add(made, 'initializationTimeout', numberOf(headers['x-fc-initialization-timeout']));
  return made;
}

function serviceOf(headers: IncomingHttpHeaders, instance: InstanceFacts): NonNullable<FcContext['service']> {
  const service: Mutable<NonNullable<FcContext['service']>> = {};
  add(service, 'name', textOf(headers['x-fc-service-name']));
  add(service, 'logProject', textOf(headers['x-fc-service-logproject']));
  add(service, 'logStore', textOf(headers['x-fc-service-logstore']));
  add(service, 'qualifier', textOf(headers['x-fc-qualifier']) ?? instance.qualifier);
  add(service, 'versionId', textOf(headers['x-fc-version-id']) ?? instance.functionVersion);
  return service;
}

/**
 * Makes FC's context from the `x-fc-*` headers that FC adds to each request to a custom runtime. Missing values are
 * taken from `instance`; otherwise they are empty or 0. `headers`: those that are believed. Without a request id, a
 * random UUID is used. `valuesOf`: what the logger writes for its arguments.
 */
export function contextOf(
  headers: IncomingHttpHeaders,
  instance: InstanceFacts,
  valuesOf: LineValues = (values) => values,
): FcContext {
  const requestId = textOf(headers['x-fc-request-id']) ?? newRequestId();
  return {
    requestId,
    credentials: credentialsOf(headers),
    function: functionOf(headers, instance),
    service: serviceOf(headers, instance),
    region: textOf(headers['x-fc-region']) ?? instance.region ?? '',
    accountId: textOf(headers['x-fc-account-id']) ?? instance.accountId ?? '',
    logger: loggerFor(requestId, valuesOf),
    retryCount: numberOf(headers['x-fc-retry-count']) ?? 0,
    tracing: readFcTracingHeaders(headers),
  };
}
