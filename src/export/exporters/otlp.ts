import { parseKeyPairsIntoRecord } from '@opentelemetry/core';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { warnOnce } from '../../diagnostics';
import { readField } from '../../safe-access';
import { VERSION } from '../../semconv';
import type { Certificates, ExporterSettings, ExporterVariables, SpanEncoder } from './exporters';

/** Creates the encoder of OTLP over HTTP with protobuf, https://opentelemetry.io/docs/specs/otlp/#otlphttp. */
export function createEncoder({ url, headers, variables }: ExporterSettings): SpanEncoder {
  const isGzip = variables.compression?.toLowerCase() === 'gzip';
  const target = new URL(url);
  const { username, password } = target;
  const tls = target.protocol === 'https:' ? certificatesOf(variables) : undefined;
  return {
    url: target,
    headers: {
      'User-Agent': `fc-traced/${VERSION}`,
      ...(username !== '' && { Authorization: basicAuth(decodeURIComponent(username), decodeURIComponent(password)) }),
      ...headersOf(variables.headers),
      ...definedHeaders(headers),
      'Content-Type': 'application/x-protobuf',
      ...(isGzip && { 'Content-Encoding': 'gzip' }),
    },
    ...(tls !== undefined && { tls }),
    repeatsResource: false,
    encode: (spans) => (isGzip ? compress(serialize(spans)) : serialize(spans)),
    encodeSync: (spans) => (isGzip ? zlib().gzipSync(serialize(spans)) : serialize(spans)),
    rejectedIn(body) {
      // A body in JSON begins with a brace, which no protobuf response does: field 15 of type 3.
      const isJson = body[0] === 0x7b;
      const message: unknown = isJson
        ? JSON.parse(body.toString('utf8'))
        : ProtobufTraceSerializer.deserializeResponse(body);
      const partial = readField(message, 'partialSuccess') ?? readField(message, 'partial_success');
      return Number(readField(partial, 'rejectedSpans') ?? readField(partial, 'rejected_spans') ?? 0);
    },
  };
}

function serialize(spans: Parameters<SpanEncoder['encode']>[0]): Uint8Array {
  const bytes = ProtobufTraceSerializer.serializeRequest([...spans] as ReadableSpan[]);
  if (bytes === undefined) throw new Error('the serializer returned nothing');
  return bytes;
}

/** Loaded when it is needed: compression is off by default. */
const zlib = (): typeof import('node:zlib') => require('node:zlib') as typeof import('node:zlib');

function compress(bytes: Uint8Array): Promise<Uint8Array> {
  return new Promise((done, reject) => {
    zlib().gzip(bytes, (error, compressed) => (error === null ? done(compressed) : reject(error)));
  });
}

/** The value of the header `Authorization` for basic authentication. */
function basicAuth(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function definedHeaders(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function headersOf(lists: readonly string[]): Record<string, string> {
  return Object.assign({}, ...lists.map((list) => parseKeyPairsIntoRecord(list))) as Record<string, string>;
}

function certificatesOf({ certificate, clientCertificate, clientKey }: ExporterVariables): Certificates | undefined {
  const files = { ca: certificate, cert: clientCertificate, key: clientKey };
  const read = Object.entries(files).flatMap(([name, path]) => {
    const content = path === undefined ? undefined : contentOf(path, name);
    return content === undefined ? [] : [[name, content] as const];
  });
  return read.length === 0 ? undefined : Object.fromEntries(read);
}

const VARIABLES: Readonly<Record<string, string>> = {
  ca: 'OTEL_EXPORTER_OTLP_CERTIFICATE',
  cert: 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE',
  key: 'OTEL_EXPORTER_OTLP_CLIENT_KEY',
};

function contentOf(path: string, name: string): Buffer | undefined {
  try {
    return readFileSync(resolve(path));
  } catch {
    warnOnce(`the file of ${VARIABLES[name]!} cannot be read, so the variable is ignored`);
    return undefined;
  }
}
