import type { Attributes } from '@opentelemetry/api';
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
import { redactQuery } from '../tracing/redaction/redact-url';

// Names and rules of https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span

const METHODS = new Set(['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'QUERY', 'TRACE']);

function headerOf(headers: unknown, name: string): string | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  try {
    const key = Object.keys(headers).find((known) => known.length === name.length && known.toLowerCase() === name);
    return key === undefined ? undefined : readText(headers, key);
  } catch {
    return undefined;
  }
}

/** What is known of a request beside its event. */
export interface KnownBeside {
  readonly scheme?: string | undefined;
  /** The query as it stood in the request line. Where it is not known, it is put together from the event's parameters. */
  readonly query?: string | undefined;
}

function encoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    // Half a surrogate pair, which becomes a replacement character.
    return encodeURIComponent(Buffer.from(text).toString());
  }
}

function queryOf(event: unknown, known: string | undefined): string | undefined {
  if (known !== undefined) return known === '' ? undefined : redactQuery(known);
  const parameters = readField(event, 'queryParameters');
  if (typeof parameters !== 'object' || parameters === null) return undefined;
  const query = Object.entries(parameters)
    .filter(([, value]) => typeof value !== 'object')
    .map(([name, value]) => `${encoded(name)}=${encoded(String(value))}`)
    .join('&');
  return query === '' ? undefined : redactQuery(query);
}

function serverOf(host: string | undefined): Attributes {
  const match = host === undefined ? null : /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(host);
  if (match === null) return {};
  return { [ATTR_SERVER_ADDRESS]: match[1]!, ...(match[2] !== undefined && { [ATTR_SERVER_PORT]: Number(match[2]) }) };
}

/** What a request says of itself, on a server span. `event` is of FC 3.0's shape, or of API Gateway's; anything may be missing. */
export function requestAttributes(event: unknown, { scheme, query }: KnownBeside = {}): Attributes {
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
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as Attributes;
}

/** The route that an option gives for a request, or nothing. What the option throws is nothing, too. */
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

/** The name of a server span whose route is known: `GET /orders/{id}`. */
export function spanNameOf(event: unknown, route: string): string {
  const method = readText(event, 'requestContext', 'http', 'method') ?? readText(event, 'httpMethod') ?? '';
  return `${METHODS.has(method) ? method : 'HTTP'} ${route}`;
}
