import { createHandler, Handler, traceHeaders, Traced } from 'fc-traced';
import type { HttpEvent } from 'fc-traced';
import { serve } from 'fc-traced/server';
import type { RunningServer } from 'fc-traced/server';
import { fakeFcContext, invoke } from 'fc-traced/testing';
import { request } from 'node:http';
import { Readable } from 'node:stream';

export type Header = readonly [name: string, value: string];

/** The headers of one outgoing request of a handler. */
export type OutgoingHeaders = Readonly<Record<string, string>>;

/** A way in which a handler receives an HTTP request. */
export interface EntryPoint {
  readonly name: string;
  /** Sends a request with these headers to a handler that makes `requests` requests; returns the headers of each. */
  send(headers: readonly Header[], requests: number): Promise<readonly OutgoingHeaders[]>;
  open?(): Promise<void>;
  close?(): Promise<void>;
}

/** Makes each request in a traced method, as a typical program does. */
@Handler()
export class Forwarder {
  @Traced({ kind: 'client' })
  request(): OutgoingHeaders {
    return traceHeaders();
  }

  handle(event: HttpEvent): readonly OutgoingHeaders[] {
    return Array.from({ length: Number(event.queryParameters.requests) }, () => this.request());
  }
}

const parse = (text: string): readonly OutgoingHeaders[] => JSON.parse(text) as readonly OutgoingHeaders[];

/** Headers as a record. The values of headers with the same name are joined, as in HTTP. */
function toRecord(
  headers: readonly Header[],
  separator: string,
  nameOf: (name: string) => string,
): Record<string, string> {
  const record: Record<string, string> = {};
  for (const [given, value] of headers) {
    const name = nameOf(given);
    const known = Object.keys(record).find((other) => other.toLowerCase() === name.toLowerCase());
    if (known === undefined) record[name] = value;
    else record[known] += separator + value;
  }
  return record;
}

const { handler } = createHandler(Forwarder);

const fc3: EntryPoint = {
  name: 'an HTTP event of FC 3.0',
  async send(headers, requests) {
    const event = {
      version: 'v1',
      rawPath: '/',
      headers: toRecord(headers, ',', (name) => name),
      queryParameters: { requests: String(requests) },
      body: '',
      isBase64Encoded: false,
      requestContext: {
        http: { method: 'POST', path: '/', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: '' },
      },
    };
    const answer = (await invoke(handler, event, fakeFcContext())) as { body: string };
    return parse(answer.body);
  },
};

const fc2: EntryPoint = {
  name: 'an HTTP request of FC 2.0',
  send: (headers, requests) =>
    new Promise((resolve, reject) => {
      // Node.js trims header values and converts names to lower case.
      const received = toRecord(
        headers.map(([name, value]) => [name, value.trim()]),
        ', ',
        (name) => name.toLowerCase(),
      );
      const incoming = Object.assign(Readable.from([]), {
        method: 'POST',
        url: `/?requests=${requests}`,
        path: '/',
        clientIP: '127.0.0.1',
        headers: received,
      });
      const outgoing = { setStatusCode() {}, setHeader() {}, send: (body: unknown) => resolve(parse(String(body))) };
      Promise.resolve(
        Reflect.apply(handler, undefined, [incoming, outgoing, fakeFcContext({ generation: '2.0' })]),
      ).catch(reject);
    }),
};

let server: RunningServer | undefined;

const customRuntime: EntryPoint = {
  name: 'the server of a custom runtime',
  async open() {
    server = await serve(Forwarder, { port: 0 });
  },
  close: async () => server?.close(),
  send: (headers, requests) =>
    new Promise((resolve, reject) => {
      const raw = ['host', 'localhost', 'content-length', '0', ...headers.flat()];
      const call = request(
        { port: server!.port, method: 'POST', path: `/?requests=${requests}`, headers: raw },
        (response) => {
          let text = '';
          response
            .setEncoding('utf8')
            .on('data', (chunk: string) => (text += chunk))
            .on('end', () => resolve(parse(text)));
        },
      );
      call.on('error', reject).end();
    }),
};

/** All ways in which a handler receives HTTP requests. */
export const entryPoints: readonly EntryPoint[] = [fc3, fc2, customRuntime];
