import { EXPORTERS } from '../export/exporters/exporters';
import { hasTag } from '../realms';
import { check } from './check-options';
import type { Check } from './check-options';

/** Returns whether a string is an absolute `http` or `https` URL. */
export function isHttpUrl(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

const WANTED = 'an http or https URL, such as http://127.0.0.1:4318/v1/traces';
/** A host with or without a port, but without a path, so without a token. */
const HOST = /^(?:[\w-]+(?:\.[\w-]+)*|\[[\da-f:]+\])(?::\d{1,5})?\/?$/i;

/** The check of the option `endpoint`. */
export const checkEndpoint: Check = (value) => {
  if (typeof value !== 'string') return WANTED;
  if (isHttpUrl(value)) return undefined;
  const full = HOST.test(value) ? suggestedUrl(`http://${value}`) : undefined;
  return full === undefined ? WANTED : `${WANTED} (did you mean ${full}?)`;
};

/** The default ports of OTLP over gRPC, which is not supported, and of Jaeger. */
const GRPC = '4317';
const JAEGER = '14268';

/** The full URL for a URL without a path, which shows no token, or `undefined` if it has one or more. */
function suggestedUrl(base: string): string | undefined {
  if (!isHttpUrl(base)) return undefined;
  const { protocol, hostname, port, pathname, search, username, password, hash } = new URL(base);
  if (pathname !== '/' || search !== '' || username !== '' || password !== '' || hash !== '') return undefined;
  const isJaeger = port === JAEGER;
  const shownPort = port === GRPC ? '4318' : port;
  return `${protocol}//${hostname}${shownPort === '' ? '' : `:${shownPort}`}${isJaeger ? '/api/traces' : '/v1/traces'}`;
}

/** The remedy for an endpoint whose path determines no protocol, or `undefined` if its path may be a token. */
export function fullUrlOf(endpoint: string): string | undefined {
  const full = suggestedUrl(endpoint);
  if (full === undefined) return undefined;
  const { port } = new URL(endpoint);
  if (port === GRPC) {
    return `port ${GRPC} is that of OTLP over gRPC, which is not supported. Use OTLP over HTTP: ${full}.`;
  }
  const protocols = Object.keys(EXPORTERS).map((name) => `"${name}"`);
  return `use the full URL, such as ${full} for ${port === JAEGER ? 'Jaeger' : 'OTLP'}, or set option "protocol" to ${protocols.join(' or ')}.`;
}

/** A field name of RFC 9110: a token. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i;
/** What Node.js sends: visible characters of Latin-1, spaces and tabs. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Fields that the HTTP client sets for its connection, and fields that the exporter sets. */
const CONNECTION_HEADERS = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const EXPORTER_HEADERS = new Set(['content-encoding', 'content-type', 'user-agent']);

/** The check of the option `headers`. Shows no value, and no name that is not valid: both may contain a token. */
export const checkHeaders: Check = (value) => {
  const wanted = check.object(value);
  if (wanted !== undefined) return wanted;
  if (hasTag(value, 'Map') || hasTag(value, 'Headers')) return 'an object (use Object.fromEntries(headers))';
  for (const [index, [name, content]] of Object.entries(value as object).entries()) {
    const problem = headerProblem(name, content as unknown);
    if (problem !== undefined) {
      return `an object of names and values that can be sent; ${HEADER_NAME.test(name) ? name : `header ${index}`} ${problem}`;
    }
  }
  return undefined;
};

function headerProblem(name: string, value: unknown): string | undefined {
  if (!HEADER_NAME.test(name)) return 'has a name with a character that is not allowed';
  const lower = name.toLowerCase();
  if (CONNECTION_HEADERS.has(lower)) return 'is set by the HTTP client';
  if (EXPORTER_HEADERS.has(lower)) return 'is set by the exporter';
  // The exporter omits a header that is undefined.
  if (value === undefined) return undefined;
  if (typeof value !== 'string') {
    const given = value === null ? 'null' : Array.isArray(value) ? 'an array' : `of type ${typeof value}`;
    return `is ${given} instead of a string`;
  }
  return HEADER_VALUE.test(value)
    ? undefined
    : 'has a value with a line break or another character that is not allowed';
}
