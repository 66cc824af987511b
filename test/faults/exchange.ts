import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { decodeJaegerThrift } from '../../cli/src/viewer/jaeger-thrift';
import { decodeOtlpProtobuf } from '../../cli/src/viewer/otlp';
import { readBody } from '../../cli/src/viewer/collector';
import type { Ledger } from './ledger';

/** The protocols of both exporters. */
export type Protocol = 'jaeger' | 'otlp';

/** The spans and the size of a request that was read to the end. */
interface ReadRequest {
  readonly spanIds: readonly string[];
  readonly names: readonly string[];
  readonly bytes: number;
}

/** One export request, and the response to it. */
export class Exchange {
  constructor(
    readonly request: IncomingMessage,
    readonly response: ServerResponse,
    private readonly ledger: Ledger,
  ) {}

  get protocol(): Protocol {
    return this.request.url?.includes('api/traces') === true ? 'jaeger' : 'otlp';
  }

  get socket(): Socket {
    return this.request.socket;
  }

  /** Reads the request to the end and decodes it. */
  async read(): Promise<ReadRequest> {
    const body = await readBody(this.request);
    const spans = this.protocol === 'jaeger' ? decodeJaegerThrift(body) : decodeOtlpProtobuf(body);
    const spanIds = spans.map(({ spanId }) => spanId);
    this.ledger.read(spanIds);
    return { spanIds, names: spans.map(({ name }) => name), bytes: body.length };
  }

  /** Reads the request and stores its spans without a response. */
  async store(): Promise<readonly string[]> {
    const { spanIds } = await this.read();
    this.ledger.store(spanIds);
    return spanIds;
  }

  /** Reads the request without storing its spans, and responds. */
  async reject(status: number, headers: OutgoingHttpHeaders = {}, body = `status ${status}\n`): Promise<void> {
    await this.read();
    this.response.writeHead(status, headers).end(body);
  }

  /** Stores the spans of the request and acknowledges them, as a healthy collector does. */
  async accept(body?: Buffer, headers: OutgoingHttpHeaders = {}, status = this.#acceptedStatus): Promise<void> {
    const spanIds = await this.store();
    this.acknowledgeWithResponse(spanIds);
    this.response.writeHead(status, { 'content-type': 'application/x-protobuf', ...headers }).end(body);
  }

  /** Counts spans as acknowledged when the response has been written. */
  acknowledgeWithResponse(spanIds: readonly string[]): void {
    this.response.once('finish', () => this.ledger.acknowledge(spanIds));
  }

  /** Stores some spans of a request that was read. */
  storeOnly(spanIds: readonly string[]): void {
    this.ledger.store(spanIds);
  }

  // Jaeger's collector responds with 202, and OTLP requires 200.
  get #acceptedStatus(): number {
    return this.protocol === 'jaeger' ? 202 : 200;
  }
}
