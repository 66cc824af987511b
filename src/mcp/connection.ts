import { SpanKind } from '@opentelemetry/api';
import type { Attributes, Context } from '@opentelemetry/api';
import { readField } from '../safe-access';
import {
  ATTR_MCP_PROTOCOL_VERSION,
  ATTR_MCP_SESSION_ID,
  ATTR_NETWORK_PROTOCOL_NAME,
  ATTR_NETWORK_TRANSPORT,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
} from '../semconv';
import { OpenCalls } from '../tracing/calls/open-calls';
import { INVOCATION_KEY, invocationIn } from '../tracing/context/linked-context';
import { headerOf } from './origin';
import type { Message, RequestId, TransportLike } from './sdk-shapes';

/** Under this key of `_meta` each message names the protocol's version, from 2026-07-28 on. */
const VERSION_KEY = 'io.modelcontextprotocol/protocolVersion';

const PIPE: Attributes = { [ATTR_NETWORK_TRANSPORT]: 'pipe' };
const HTTP: Attributes = { [ATTR_NETWORK_TRANSPORT]: 'tcp', [ATTR_NETWORK_PROTOCOL_NAME]: 'http' };

/** How deep a transport may stand behind others. */
const MAX_DEPTH = 4;

const has = (transport: object, ...keys: string[]): boolean =>
  keys.some((key) => readField(transport, key) !== undefined);

/** What the SDK's transports tell of the network, told by their members: class names do not survive a bundler. */
function networkOf(transport: object, depth = 0): Attributes {
  const url = readField(transport, '_url');
  if (url instanceof URL) {
    const server: Attributes = {
      [ATTR_SERVER_ADDRESS]: url.hostname,
      [ATTR_SERVER_PORT]: Number(url.port) || (url.protocol === 'https:' || url.protocol === 'wss:' ? 443 : 80),
    };
    return { ...HTTP, ...(url.protocol.startsWith('ws') && { [ATTR_NETWORK_PROTOCOL_NAME]: 'websocket' }), ...server };
  }
  if (has(transport, 'handleRequest', 'handlePostMessage', 'handleMessage')) return HTTP;
  if (has(transport, '_stdin', '_serverParams')) return PIPE;
  const wire = readField(transport, '_wire');
  return typeof wire === 'object' && wire !== null && depth < MAX_DEPTH ? networkOf(wire, depth + 1) : {};
}

/** A request of the other side, as far as its connection has to do with it. */
export interface UnansweredRequest {
  answered(message: Message): void;
  cancelled(): void;
  toolFailed(error: unknown): void;
}

/** A request to the other side whose end nobody else tells. */
export interface StrayRequest {
  dropped(): void;
}

/** One transport that a client or server is connected by, and what is under way on it. */
export class Connection {
  /** Requests of the other side that are not answered, by their ids. */
  readonly incoming = new Map<RequestId, UnansweredRequest>();
  /** Requests that did not go through the SDK's own way, such as the probe of a version. */
  readonly strays = new Set<StrayRequest>();
  /** Whether the answer to a message goes another way than the HTTP request that brought it. */
  private readonly answersElsewhere: boolean;
  private open = true;
  private readonly network: Attributes;
  private version: string | undefined;

  /** `made` is the context in which the transport was connected. */
  constructor(
    private readonly transport: TransportLike,
    private readonly made: Context,
  ) {
    this.network = networkOf(transport);
    // The SSE transport acknowledges a message at once, and answers on the long stream.
    this.answersElsewhere = has(transport, 'handlePostMessage');
  }

  /**
   * The context that a message's work belongs to, which is that of the request that brought it. Where the answer goes another way, that
   * request is over before the work is: what is open then ends, at the latest, with the connection.
   */
  contextOfWork(given: Context): Context {
    const invocation = this.answersElsewhere ? invocationIn(given) : undefined;
    if (invocation === undefined) return given;
    const open = invocationIn(this.made)?.open;
    return given.setValue(INVOCATION_KEY, {
      ...invocation,
      open: open === undefined || open.isOver ? new OpenCalls() : open,
    });
  }

  get isOpen(): boolean {
    return this.open;
  }

  reopen(): void {
    this.open = true;
  }

  /** Ends what nobody else will: handlers that are running hear of it themselves, and so do requests that were made the SDK's own way. */
  close(): void {
    this.open = false;
    for (const request of this.strays) request.dropped();
    for (const request of this.incoming.values()) request.cancelled();
    this.strays.clear();
  }

  /** A request will not be answered. */
  forget(id: RequestId, request: UnansweredRequest): void {
    if (this.incoming.get(id) === request) this.incoming.delete(id);
  }

  /** An answer is on its way to the other side. */
  answered(message: Message): void {
    const request = this.incoming.get(message.id!);
    if (request === undefined) return;
    this.incoming.delete(message.id!);
    request.answered(message);
  }

  /** What is known of session, version and network, for a span of this kind. */
  attributes(kind: SpanKind, params: unknown, extra?: unknown): Attributes {
    const named = readField(readField(params, '_meta'), VERSION_KEY);
    const version = typeof named === 'string' ? named : (this.version ?? headerOf(extra, 'mcp-protocol-version'));
    const { [ATTR_SERVER_ADDRESS]: address, [ATTR_SERVER_PORT]: port, ...network } = this.network;
    return {
      ...network,
      ...(kind === SpanKind.CLIENT &&
        address !== undefined && { [ATTR_SERVER_ADDRESS]: address, [ATTR_SERVER_PORT]: port }),
      ...this.session(),
      ...(typeof version === 'string' && { [ATTR_MCP_PROTOCOL_VERSION]: version.slice(0, 64) }),
    };
  }

  /** Learns from the answer to `initialize` which version is spoken; session and version are then known. */
  initialized(result: unknown): Attributes {
    const version = readField(result, 'protocolVersion');
    if (typeof version === 'string') this.version = version.slice(0, 64);
    return { ...this.session(), ...(this.version !== undefined && { [ATTR_MCP_PROTOCOL_VERSION]: this.version }) };
  }

  private session(): Attributes {
    const id = readField(this.transport, 'sessionId');
    return typeof id === 'string' && id !== '' ? { [ATTR_MCP_SESSION_ID]: id.slice(0, 256) } : {};
  }
}
