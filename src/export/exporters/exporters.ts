import {
  OTEL_EXPORTER_JAEGER_ENDPOINT,
  OTEL_EXPORTER_OTLP_ENDPOINT,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT,
} from '../../environment-variables';
import type { ReadableSpan } from '../sdk';

/** The values of the environment variables that only exporters use, unparsed. `undefined` if unset or blank. */
export interface ExporterVariables {
  /** `key=value` pairs, separated by commas; the later ones take precedence. */
  readonly headers: readonly string[];
  readonly compression: string | undefined;
  /** Paths of PEM files. */
  readonly certificate: string | undefined;
  readonly clientCertificate: string | undefined;
  readonly clientKey: string | undefined;
  readonly jaegerUser: string | undefined;
  readonly jaegerPassword: string | undefined;
}

/** The settings of an exporter. */
export interface ExporterSettings {
  /** An http or https URL. It may contain a token. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly variables: ExporterVariables;
}

/** The status and headers of a response. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** A request that got no response. */
export interface SendFailure {
  readonly error: Error;
  readonly timedOut: boolean;
}

/** Certificates for https, in PEM. */
export interface Certificates {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/** Encodes spans for one endpoint. The delivery sends what it returns. */
export interface SpanEncoder {
  /** Where to send. It may contain a token. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls?: Certificates;
  /** Whether the resource is repeated in each span. */
  readonly repeatsResource: boolean;
  /** Encodes spans as the body of one request. May throw or reject. */
  encode(spans: readonly ReadableSpan[]): Uint8Array | Promise<Uint8Array>;
  /** Encodes spans when the event loop does not run any more. May throw. */
  encodeSync(spans: readonly ReadableSpan[]): Uint8Array;
  /** Returns how many spans the body of a successful response says were rejected. May throw. */
  rejectedIn?(body: Buffer): number;
}

/** What is known of a protocol before its exporter is loaded. */
interface ExporterEntry {
  /** The paths of endpoints that use this protocol. */
  readonly path: RegExp;
  /** The environment variables that name an endpoint, in order of precedence; `suffix` is appended to the path. */
  readonly endpointVariables: readonly { readonly name: string; readonly suffix?: string }[];
  /** Loads the exporter's module. */
  load(): { createEncoder(settings: ExporterSettings): SpanEncoder };
}

const otlp: ExporterEntry = {
  path: /\/(?:api\/otlp\/traces|v1\/traces)\/?$/,
  endpointVariables: [
    { name: OTEL_EXPORTER_OTLP_TRACES_ENDPOINT },
    { name: OTEL_EXPORTER_OTLP_ENDPOINT, suffix: 'v1/traces' },
  ],
  load: () => require('./otlp') as typeof import('./otlp'),
};

const jaeger: ExporterEntry = {
  path: /\/api\/traces\/?$/,
  endpointVariables: [{ name: OTEL_EXPORTER_JAEGER_ENDPOINT }],
  load: () => require('./jaeger') as typeof import('./jaeger'),
};

/** The exporters by protocol. The first one whose path or variable matches is used, and loaded when it is needed. */
export const EXPORTERS = { otlp, jaeger };

/** A value of the option `protocol`. */
export type Protocol = keyof typeof EXPORTERS;
