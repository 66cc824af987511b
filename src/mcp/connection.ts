import { SpanKind } from '@opentelemetry/api';
import type { Attributes, Context } from '@opentelemetry/api';
import { readField, readText } from '../safe-access';
import {
  ATTR_MCP_PROTOCOL_VERSION,
  ATTR_MCP_SESSION_ID,
  ATTR_NETWORK_PROTOCOL_NAME,
  ATTR_NETWORK_TRANSPORT,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
} from '../semconv';
import { OpenCalls } from '../tracing/calls/open-calls';
import { InvocationWithOpenCalls } from '../tracing/context/invocation';
import { INVOCATION_KEY, invocationIn } from '../tracing/context/linked-context';
import { headerOf } from './sdk-shapes';
import type { Message, RequestId, TransportLike } from './sdk-shapes';

/** The key of `_meta` under which each message names the protocol version, since version 2026-07-28. */
const VERSION_KEY = 'io.modelcontextprotocol/protocolVersion';

const PIPE: Attributes = { [ATTR_NETWORK_TRANSPORT]: 'pipe' };
const HTTP: Attributes = { [ATTR_NETWORK_TRANSPORT]: 'tcp', [ATTR_NETWORK_PROTOCOL_NAME]: 'http' };

/** A transport may wrap another one; at most this many are unwrapped. */
const MAX_DEPTH = 4;

const has = (transport: object, ...keys: string[]): boolean =>
  keys.some((key) => readField(transport, key) !== undefined);

/**
 * The network attributes of the SDK's transports. They are recognized by their members, because a bundler may change
 * class names. A transport without these members gets no network attributes.
 */
function networkOf(transport: object, depth = 0): Attributes {
  const url = readField(transport, '_url');
  const hostname = readText(url, 'hostname');
  const protocol = readText(url, 'protocol');
  if (hostname !== undefined && protocol !== undefined) {
    const server: Attributes = {
      [ATTR_SERVER_ADDRESS]: hostname,
      [ATTR_SERVER_PORT]: Number(readText(url, 'port')) || (protocol === 'https:' || protocol === 'wss:' ? 443 : 80),
    };
    return { ...HTTP, ...(protocol.startsWith('ws') && { [ATTR_NETWORK_PROTOCOL_NAME]: 'websocket' }), ...server };
  }
  if (has(transport, 'handleRequest', 'handlePostMessage', 'handleMessage')) return HTTP;
  if (has(transport, '_stdin', '_serverParams')) return PIPE;
  const wire = readField(transport, '_wire');
  return typeof wire === 'object' && wire !== null && depth < MAX_DEPTH ? networkOf(wire, depth + 1) : {};
}

/** An incoming request, as its connection sees it. */
export interface UnansweredRequest {
  answered(message: Message): void;
  /** Exports its spans, within the budget of its invocation. `undefined` if nothing is waited for. */
  delivered(): Promise<void> | undefined;
  cancelled(): void;
  toolFound(): void;
  toolFailed(error: unknown): void;
}

/** An outgoing request that was sent directly on the transport, so that the SDK does not track it. */
export interface DirectRequest {
  dropped(): void;
}

/** The transport that a client or server is connected to, and the pending requests on it. */
export class Connection {
  /** Incoming requests that are not answered yet, by id. */
  readonly incoming = new Map<RequestId, UnansweredRequest>();
  readonly directRequests = new Set<DirectRequest>();
  /** Whether a message is not answered in the response to the HTTP request that delivered it. */
  private readonly answersElsewhere: boolean;
  private open = true;
  private readonly network: Attributes;
  private version: string | undefined;

  constructor(
    private readonly transport: TransportLike,
    /** The context in which the transport was connected. */
    private readonly connectedIn: Context,
  ) {
    this.network = networkOf(transport);
    // The SSE transport acknowledges each POST at once and answers on the long-running GET.
    this.answersElsewhere = has(transport, 'handlePostMessage');
  }

  /**
   * The context in which a message is handled: that of the HTTP request that delivered it. Over SSE that request ends
   * before the message is handled, so spans that are still open end with the invocation of the connection instead.
   */
  handlingContext(given: Context): Context {
    const invocation = this.answersElsewhere ? invocationIn(given) : undefined;
    if (invocation === undefined) return given;
    const open = invocationIn(this.connectedIn)?.open;
    const isOpen = open !== undefined && !open.isOver;
    return given.setValue(INVOCATION_KEY, new InvocationWithOpenCalls(invocation, isOpen ? open : new OpenCalls()));
  }

  get isOpen(): boolean {
    return this.open;
  }

  reopen(): void {
    this.open = true;
  }

  /** Ends what the SDK does not end on close: it aborts running handlers and rejects the requests that it tracks. */
  close(): void {
    this.open = false;
    for (const request of this.directRequests) request.dropped();
    for (const request of this.incoming.values()) request.cancelled();
    this.directRequests.clear();
  }

  /** Removes an incoming request that will not be answered. */
  forget(id: RequestId, request: UnansweredRequest): void {
    if (this.incoming.get(id) === request) this.incoming.delete(id);
  }

  /**
   * A response is about to be sent. Returns what to wait for before: over SSE it is sent before the response of the
   * invocation that handles the request, and FC may freeze the instance after it.
   */
  answered(message: Message): Promise<void> | undefined {
    const request = this.incoming.get(message.id!);
    if (request === undefined) return undefined;
    this.incoming.delete(message.id!);
    request.answered(message);
    return this.answersElsewhere ? request.delivered() : undefined;
  }

  /** The session, protocol version and network attributes of a span, as far as they are known. */
  attributes(kind: SpanKind, params: unknown, extra?: unknown): Attributes {
    const inMeta = readField(readField(params, '_meta'), VERSION_KEY);
    const version = typeof inMeta === 'string' ? inMeta : (this.version ?? headerOf(extra, 'mcp-protocol-version'));
    const { [ATTR_SERVER_ADDRESS]: address, [ATTR_SERVER_PORT]: port, ...network } = this.network;
    return {
      ...network,
      ...(kind === SpanKind.CLIENT &&
        address !== undefined && { [ATTR_SERVER_ADDRESS]: address, [ATTR_SERVER_PORT]: port }),
      ...this.session(),
      ...(typeof version === 'string' && { [ATTR_MCP_PROTOCOL_VERSION]: version.slice(0, 64) }),
    };
  }

  /** Reads the protocol version from the result of `initialize`; returns the attributes that are known from then on. */
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
