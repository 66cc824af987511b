import type { SpanRecord } from 'fc-traced/testing';
import { spansOfRequest } from './otlp';

/** Reads an OTLP/HTTP JSON body. Throws when it is not one. */
export function decodeOtlpJson(body: Buffer): SpanRecord[] {
  return spansOfRequest(JSON.parse(body.toString('utf8')));
}
