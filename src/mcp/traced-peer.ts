import { warnOfLoss, warnOnce } from '../diagnostics';
import { wrapMethodOf } from '../replace-method';
import { readField } from '../safe-access';
import { activeContext, ensureContextManager } from '../tracing/context/active-context';
import { Connection } from './connection';
import type { UnansweredRequest } from './connection';
import { IncomingMessages } from './incoming';
import { countTracingFailure, observe } from './outcome';
import { OutgoingMessages } from './outgoing';
import { isObject } from './sdk-shapes';
import type { Message, Method, ProtocolLike, RequestId, TransportLike } from './sdk-shapes';
import type { McpTraceOptions } from './trace-mcp';

/** The method of 2.x that makes every request, including those of handlers. In 1.x that is `request`. */
const REQUEST_METHOD_OF_2 = '_requestWithSchemaViaCodec';

/** Wraps a method of the SDK: gets its arguments, and a function that calls it, with other arguments if given. */
type Hook = (args: unknown[], call: (args?: unknown[]) => unknown) => unknown;

function warnOfMissing(member: string, lost: string): void {
  warnOnce(`this version of the MCP SDK has no ${member}, which fc-traced uses: ${lost}`);
}

/**
 * A traced `Server` or `Client` of the SDK; both send and receive requests. It wraps the methods that every message
 * passes: `_onrequest`, `_onnotification` and `_onresponse` for incoming messages, the one method that makes requests,
 * and `send` of the transport. So it does not matter when and how handlers are registered. If the SDK lacks one of
 * these methods, the messages that would pass it are not traced, and a warning is logged.
 */
export class TracedPeer {
  private readonly connections = new WeakMap<TransportLike, Connection>();
  private readonly outgoing: OutgoingMessages;
  private readonly incoming: IncomingMessages;

  constructor(
    private readonly protocol: ProtocolLike,
    options: McpTraceOptions,
  ) {
    ensureContextManager();
    this.outgoing = new OutgoingMessages(options);
    this.incoming = new IncomingMessages(protocol, this.outgoing, options);
    this.wrapProtocol();
    if (protocol.transport !== undefined) this.attach(protocol.transport);
  }

  /**
   * Observes the exceptions of the tools of an `McpServer`. The SDK converts them to results, which contain only the
   * message of the exception.
   */
  observeTools(server: object): void {
    const requestOf = (context: unknown): UnansweredRequest | undefined => {
      const requestId = readField(context, 'requestId') ?? readField(readField(context, 'mcpReq'), 'id');
      return this.current()?.incoming.get(requestId as RequestId);
    };
    const observed = (original: Method): Method =>
      function (this: unknown, ...args) {
        requestOf(args[2])?.toolFound();
        return observe(
          () => Reflect.apply(original, this, args),
          () => {},
          (error) => requestOf(args[2])?.toolFailed(error),
        );
      };
    if (wrapMethodOf(server, 'executeToolHandler', observed)) {
      this.incoming.observesTools = true;
      return;
    }
    warnOfMissing('McpServer.executeToolHandler', 'exceptions that tools throw are not recorded');
  }

  private wrapProtocol(): void {
    const { outgoing, incoming } = this;
    this.wrap('connect', 'messages are not traced', (args, call) => {
      this.attach(args[0]);
      return call();
    });
    this.wrap('_onrequest', 'incoming requests are not traced', ([message, extra], call) =>
      this.onConnection(call, (connection) => incoming.request(message as Message, extra, connection, call)),
    );
    this.wrap('_onnotification', 'incoming notifications are not traced', ([message, extra], call) =>
      this.onConnection(call, (connection) => incoming.notification(message as Message, extra, connection, call)),
    );
    this.wrap('_onresponse', 'error codes and failed tools in responses are not recorded', ([message], call) =>
      outgoing.receiveResponse(message as Message, call),
    );
    this.wrap('_onclose', 'spans of open requests do not end when a connection closes', (_args, call) => {
      this.current()?.close();
      return call();
    });
    this.wrapRequestMethod();
    for (const [table, lost] of incoming.missingTables) warnOfMissing(`Protocol.${table}`, lost);
  }

  private wrapRequestMethod(): void {
    const lost = 'timeouts and cancellations of outgoing requests are not recorded';
    const has = (name: string): boolean => typeof readField(this.protocol, name) === 'function';
    const isFound = has(REQUEST_METHOD_OF_2);
    const [name, at] = isFound ? [REQUEST_METHOD_OF_2, 1] : ['request', 0];
    this.wrap(name, lost, (args, call) => this.outgoing.request(args, at, call));
    // This public method exists only in 2.x.
    if (!isFound && has('getNegotiatedProtocolVersion')) warnOfMissing(`Protocol.${REQUEST_METHOD_OF_2}`, lost);
  }

  private wrap(name: string, lost: string, hook: Hook): void {
    const wrapped = (original: Method): Method =>
      function (this: unknown, ...args) {
        return hook(args, (given = args) => Reflect.apply(original, this, given));
      };
    if (!wrapMethodOf(this.protocol, name, wrapped)) warnOfMissing(`Protocol.${name}`, lost);
  }

  private current(): Connection | undefined {
    const { transport } = this.protocol;
    return transport === undefined ? undefined : this.connections.get(transport);
  }

  private onConnection(untraced: () => unknown, traced: (connection: Connection) => unknown): unknown {
    const connection = this.current();
    return connection === undefined ? untraced() : traced(connection);
  }

  /** Wraps `send` of a transport. */
  private attach(given: unknown): void {
    try {
      ensureContextManager();
      if (typeof given !== 'object' || given === null) return;
      const transport = given as TransportLike;
      const known = this.connections.get(transport);
      if (known !== undefined) return known.reopen();
      const connection = new Connection(transport, activeContext());
      const { outgoing } = this;
      const wrapped = (original: Method): Method =>
        function (this: unknown, ...args) {
          const send = (message: unknown): unknown => Reflect.apply(original, this, [message, ...args.slice(1)]);
          return connection.isOpen && isObject(args[0])
            ? outgoing.send(connection, transport, args[0], send)
            : Reflect.apply(original, this, args);
        };
      if (wrapMethodOf(transport, 'send', wrapped)) this.connections.set(transport, connection);
      else warnOfLoss('the method send of an MCP transport cannot be replaced: its messages are not traced');
    } catch {
      countTracingFailure();
    }
  }
}
