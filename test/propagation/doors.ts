import { request } from 'node:http';
import { Readable } from 'node:stream';
import { createHandler, Handler, traceHeaders, Traced } from 'fc-traced';
import type { HttpEvent } from 'fc-traced';
import { serve } from 'fc-traced/server';
import type { RunningServer } from 'fc-traced/server';
import { fakeFcContext, invoke } from 'fc-traced/testing';

export type Header = readonly [name: string, value: string];

/** The headers of one request that a handler makes. */
export type Sent = Readonly<Record<string, string>>;

/** A way into a handler. */
export interface Door {
  readonly name: string;
  /** Sends a request with these headers to a handler that makes `requests` of its own, and gives the headers of each. */
  send(headers: readonly Header[], requests: number): Promise<readonly Sent[]>;
  open?(): Promise<void>;
  close?(): Promise<void>;
}

/** Makes each request in a method of its own, as an ordinary program would. */
@Handler()
export class Forwarder {
  @Traced({ kind: 'client' })
  request(): Sent {
    return traceHeaders();
  }

  handle(event: HttpEvent): readonly Sent[] {
    return Array.from({ length: Number(event.queryParameters.requests) }, () => this.request());
  }
}

const parse = (text: string): readonly Sent[] => JSON.parse(text) as readonly Sent[];

/** Headers as one record: of several alike the values joined, as HTTP has it. */
function joined(
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

const fc3: Door = {
  name: 'an HTTP event of FC 3.0',
  async send(headers, requests) {
    const event = {
      version: 'v1',
      rawPath: '/',
      headers: joined(headers, ',', (name) => name),
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

const fc2: Door = {
  name: 'a request of FC 2.0',
  send: (headers, requests) =>
    new Promise((resolve, reject) => {
      // Node.js trims what stands around a value before anybody sees it.
      const lower = joined(
        headers.map(([name, value]) => [name, value.trim()]),
        ', ',
        (name) => name.toLowerCase(),
      );
      const incoming = Object.assign(Readable.from([]), {
        method: 'POST',
        url: `/?requests=${requests}`,
        path: '/',
        clientIP: '127.0.0.1',
        headers: lower,
      });
      const outgoing = { setStatusCode() {}, setHeader() {}, send: (body: unknown) => resolve(parse(String(body))) };
      Promise.resolve(
        Reflect.apply(handler, undefined, [incoming, outgoing, fakeFcContext({ generation: '2.0' })]),
      ).catch(reject);
    }),
};

let server: RunningServer | undefined;

const customRuntime: Door = {
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

/** Every way into a handler that gets request headers. */
export const doors: readonly Door[] = [fc3, fc2, customRuntime];
