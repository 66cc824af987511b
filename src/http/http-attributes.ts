import type { Attributes, AttributeValue } from '@opentelemetry/api';
import { readField, readText } from '../safe-access';
import {
  ATTR_CLIENT_ADDRESS,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_METHOD_ORIGINAL,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_PATH,
  ATTR_URL_QUERY,
  ATTR_URL_SCHEME,
  ATTR_USER_AGENT_ORIGINAL,
} from '../semconv';
import { cutText, MAX_NAME_LENGTH, MAX_TEXT_LENGTH, redactAndCut } from '../tracing/redaction/secrets';

// Follows https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span

/** The attributes that callers may fill with more than a name. */
const LONG_ATTRIBUTES: ReadonlySet<string> = new Set([ATTR_URL_PATH, ATTR_URL_QUERY, ATTR_USER_AGENT_ORIGINAL]);
const METHODS = new Set(['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'QUERY', 'TRACE']);

function headerOf(headers: unknown, name: string): string | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  try {
    // As most runtimes spell it.
    if (Object.hasOwn(headers, name)) return readText(headers, name);
    const key = Object.keys(headers).find((known) => known.length === name.length && known.toLowerCase() === name);
    return key === undefined ? undefined : readText(headers, key);
  } catch {
    return undefined;
  }
}

/** Parts of a request's URL that its event does not contain. */
export interface UrlParts {
  /** `http` or `https`. */
  readonly scheme?: string | undefined;
  /** The query as it was in the request line. Default: built from the query parameters of the event. */
  readonly query?: string | undefined;
}

/** More of a query than is recorded, for secrets that would be cut in two. */
const MAX_ENCODED = 12_288;

function encoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    // A lone surrogate becomes U+FFFD.
    return encodeURIComponent(Buffer.from(text).toString());
  }
}

/** Loaded lazily: an invocation that is not recorded does not need it. */
function redactQuery(query: string): string {
  const { redactQuery: redact } =
    require('../tracing/redaction/redact-url') as typeof import('../tracing/redaction/redact-url');
  return redact(query);
}

function queryOf(event: unknown, known: string | undefined): string | undefined {
  if (known !== undefined) return known === '' ? undefined : redactAndCut(known, MAX_TEXT_LENGTH, redactQuery);
  const parameters = readField(event, 'queryParameters');
  if (typeof parameters !== 'object' || parameters === null) return undefined;
  let query = '';
  for (const [name, value] of Object.entries(parameters)) {
    if (typeof value === 'object') continue;
    const shown = `${encoded(name.slice(0, MAX_ENCODED))}=${encoded(String(value).slice(0, MAX_ENCODED))}`;
    query += query === '' ? shown : `&${shown}`;
    if (query.length > MAX_ENCODED) break;
  }
  return query === '' ? undefined : redactAndCut(query, MAX_TEXT_LENGTH, redactQuery);
}

/** That of the last request: the host is nearly always the same. */
let lastServer: { readonly host: string | undefined; readonly attributes: Attributes } | undefined;

function serverOf(host: string | undefined): Attributes {
  if (lastServer === undefined || lastServer.host !== host) lastServer = { host, attributes: serverAttributes(host) };
  return lastServer.attributes;
}

function serverAttributes(host: string | undefined): Attributes {
  const match = host === undefined ? null : /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(host);
  if (match === null) return {};
  const attributes: Attributes = { [ATTR_SERVER_ADDRESS]: match[1]! };
  if (match[2] !== undefined) attributes[ATTR_SERVER_PORT] = Number(match[2]);
  return attributes;
}

/**
 * The attributes of a request for a server span. `event` is in the format of FC 3.0 or of API Gateway; fields may be
 * missing.
 */
export function requestAttributes(event: unknown, { scheme, query }: UrlParts = {}): Attributes {
  const http = readField(readField(event, 'requestContext'), 'http');
  const headers = readField(event, 'headers');
  const method = readText(http, 'method') ?? readText(event, 'httpMethod') ?? '';
  const isKnown = METHODS.has(method);
  const path = readText(event, 'rawPath') ?? readText(event, 'path');
  const found: Record<string, unknown> = {
    [ATTR_HTTP_REQUEST_METHOD]: isKnown ? method : '_OTHER',
    [ATTR_HTTP_REQUEST_METHOD_ORIGINAL]: isKnown || method === '' ? undefined : method,
    [ATTR_URL_PATH]: path,
    [ATTR_URL_QUERY]: queryOf(event, query),
    [ATTR_URL_SCHEME]: headerOf(headers, 'x-forwarded-proto')?.split(',')[0]?.trim() ?? scheme,
    [ATTR_CLIENT_ADDRESS]: headerOf(headers, 'x-forwarded-for')?.split(',')[0]?.trim() ?? readText(http, 'sourceIp'),
    [ATTR_NETWORK_PROTOCOL_VERSION]: readText(http, 'protocol')
      ?.replace(/^HTTP\//, '')
      .replace(/^([23])\.0$/, '$1'),
    [ATTR_USER_AGENT_ORIGINAL]: headerOf(headers, 'user-agent') ?? readText(http, 'userAgent'),
    ...serverOf(
      headerOf(headers, 'host') ?? headerOf(headers, ':authority') ?? readText(event, 'requestContext', 'domainName'),
    ),
  };
  const attributes: Attributes = {};
  for (const key of Object.keys(found)) {
    const value = found[key] as AttributeValue | undefined;
    if (value !== undefined) attributes[key] = typeof value === 'string' ? cutText(value, lengthOf(key)) : value;
  }
  return attributes;
}

/** Of addresses, schemes and the like, less is recorded than of the others. */
function lengthOf(key: string): number {
  return LONG_ATTRIBUTES.has(key) ? MAX_TEXT_LENGTH : MAX_NAME_LENGTH;
}

/** The route of a request by the option `route`: `undefined` if there is none, or if the option throws. */
export function routeOf(
  option: string | ((event: unknown) => string | undefined) | undefined,
  event: unknown,
): string | undefined {
  if (typeof option !== 'function') return option;
  try {
    const route: unknown = option(event);
    return typeof route === 'string' && route !== '' ? route : undefined;
  } catch {
    return undefined;
  }
}

/** The name of a server span with a route, such as `GET /orders/{id}`. */
export function spanNameOf(event: unknown, route: string): string {
  const method = readText(event, 'requestContext', 'http', 'method') ?? readText(event, 'httpMethod') ?? '';
  return cutText(`${METHODS.has(method) ? method : 'HTTP'} ${route}`, MAX_NAME_LENGTH);
}
