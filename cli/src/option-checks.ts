import { TRIGGER_NAMES } from './functions/trigger-names';
import type { TriggerName } from './functions/trigger-names';
import { UsageError } from './usage-error';

/** The protocols of the exporters. */
export type Protocol = 'jaeger' | 'otlp';

/** A backend to send traces to. */
export interface Backend {
  readonly protocol: Protocol;
  readonly endpoint: string;
}

// The exporters choose the protocol by the path, so the path must be one of these.
const PATHS: Record<Protocol, readonly [preferred: string, ...others: string[]]> = {
  jaeger: ['/api/traces'],
  otlp: ['/v1/traces', '/api/otlp/traces'],
};

/** A check for the URL of a backend of a protocol. */
export const backend =
  (protocol: Protocol) =>
  (text: string): Backend =>
    backendOf(protocol, text);

function backendOf(protocol: Protocol, text: string): Backend {
  if (!URL.canParse(text)) throw new UsageError(`--${protocol}: not a URL`);
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new UsageError(`--${protocol}: the URL must start with http: or https:`);
  }
  if (url.pathname === '/') url.pathname = PATHS[protocol][0];
  if (!PATHS[protocol].some((path) => url.pathname.endsWith(path))) {
    throw new UsageError(`--${protocol}: the path of the URL must end with ${PATHS[protocol].join(' or ')}`);
  }
  return { protocol, endpoint: url.href };
}

/** Accepts any text. */
export const text = (value: string): string => value;

/** Splits a list at its commas. */
export const list = (value: string): string[] =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** A check for whole numbers in a range. */
export const integer =
  (from: number, to: number) =>
  (value: string, source: string): number => {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= from && number <= to) return number;
    throw new UsageError(`${source}: "${value}" is not a whole number from ${from} to ${to}`);
  };

/** A check for one of several words. */
export const oneOf =
  <const Word extends string>(...words: readonly Word[]) =>
  (value: string, source: string): Word => {
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    throw new UsageError(`${source}: "${value}" is not one of ${words.join(', ')}`);
  };

/** A check for numbers in a range. */
export const numberFrom =
  (from: number, to: number, what: string) =>
  (value: string, source: string): number => {
    const number = value.trim() === '' ? Number.NaN : Number(value);
    if (number >= from && number <= to) return number;
    throw new UsageError(`${source}: "${value}" is not ${what}`);
  };

/** A check for an http or https URL. */
export function httpUrl(value: string, source: string): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new UsageError(`${source}: "${value}" is not a URL that starts with http: or https:`);
}

/** A check for the name of a trigger. */
export const triggerNamed = (value: string, source: string): TriggerName => oneOf(...TRIGGER_NAMES)(value, source);

const METHOD_AND_PATH = /^(?:([A-Za-z]+) +)?(\/\S*)$/;

/** A request to an HTTP trigger. */
export interface RequestLine {
  readonly method: string;
  readonly path: string;
}

/** A check for a method and a path. */
export function requestLine(value: string, source: string): RequestLine {
  const [, method = 'GET', path] = METHOD_AND_PATH.exec(value.trim()) ?? [];
  if (path !== undefined) return { method: method.toUpperCase(), path };
  throw new UsageError(`${source}: "${value}" is not a method and a path, such as 'GET /orders?limit=2'`);
}

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** A check for a W3C `traceparent`. */
export function traceparent(value: string, source: string): string {
  if (TRACEPARENT.test(value)) return value;
  throw new UsageError(`${source}: "${value}" is not a traceparent: 00-<32 hex digits>-<16 hex digits>-<01 or 00>`);
}
