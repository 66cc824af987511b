import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { SpanRecord } from '../../src/testing/trace-tree';
import { decodeJaegerThrift } from '../../cli/src/viewer/jaeger-thrift';
import { decodeOtlpProtobuf } from '../../cli/src/viewer/otlp-protobuf';
import type { JaegerServer } from './jaeger-server';

/** Stands before a real Jaeger: keeps what an exporter sent, decoded, and hands the same bytes on. */
export interface Tee {
  readonly thriftEndpoint: string;
  readonly otlpEndpoint: string;
  /** What was sent so far. */
  readonly sent: SpanRecord[];
  /** The status codes with which Jaeger answered. */
  readonly statuses: number[];
  stop(): Promise<void>;
}

export async function startTee(jaeger: Pick<JaegerServer, 'thriftEndpoint' | 'otlpEndpoint'>): Promise<Tee> {
  const sent: SpanRecord[] = [];
  const statuses: number[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const body = await buffer(request);
      const thrift = request.url === '/api/traces';
      sent.push(...(thrift ? decodeJaegerThrift(body) : decodeOtlpProtobuf(body)));
      const answer = await fetch(thrift ? jaeger.thriftEndpoint : jaeger.otlpEndpoint, {
        method: 'POST',
        body: new Uint8Array(body),
        headers: { 'content-type': request.headers['content-type'] ?? '' },
      });
      statuses.push(answer.status);
      response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
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
