import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { decodeJaegerThrift } from '../../cli/src/viewer/jaeger-thrift';
import { decodeOtlpProtobuf } from '../../cli/src/viewer/otlp';
import type { SpanRecord } from '../../src/testing/trace-tree';
import type { JaegerServer } from './jaeger-server';

/** A proxy in front of a real Jaeger that records what exporters send and forwards the same bytes. */
export interface Tee {
  readonly thriftEndpoint: string;
  readonly otlpEndpoint: string;
  /** All spans that were sent. */
  readonly sent: SpanRecord[];
  /** The status codes of Jaeger's responses. */
  readonly statuses: number[];
  stop(): Promise<void>;
}

/** Starts a proxy in front of a running Jaeger. */
export async function startTee(jaeger: Pick<JaegerServer, 'thriftEndpoint' | 'otlpEndpoint'>): Promise<Tee> {
  const sent: SpanRecord[] = [];
  const statuses: number[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const body = await buffer(request);
      const thrift = request.url === '/api/traces';
      sent.push(...(thrift ? decodeJaegerThrift(body) : decodeOtlpProtobuf(body)));
      const forwarded = await fetch(thrift ? jaeger.thriftEndpoint : jaeger.otlpEndpoint, {
        method: 'POST',
        body: new Uint8Array(body),
        headers: { 'content-type': request.headers['content-type'] ?? '' },
      });
      statuses.push(forwarded.status);
      response.writeHead(forwarded.status).end(Buffer.from(await forwarded.arrayBuffer()));
    })().catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    thriftEndpoint: `${base}/api/traces`,
    otlpEndpoint: `${base}/v1/traces`,
    sent,
    statuses,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
