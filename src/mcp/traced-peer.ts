import { warnOnce } from '../diagnostics';
import { wrapMethodOf } from '../replace-method';
import { readField } from '../safe-access';
import { activeContext, ensureContextManager } from '../tracing/context/active-context';
import { hookFailed } from './answer';
import { Connection } from './connection';
import { IncomingSide } from './incoming-side';
import { OutgoingSide } from './outgoing-side';
import { isObject } from './sdk-shapes';
import type { Message, Method, ProtocolLike, RequestId, TransportLike } from './sdk-shapes';
import type { McpTraceOptions } from './trace-protocol';

/** Where 2.x sends every request through; 1.x does so through `request`. */
const FUNNEL = '_requestWithSchemaViaCodec';

/**
 * A `Server` or `Client` of the SDK, traced: both send requests, and both answer them. It is seen where the SDK's own ways meet: what comes in
 * is dispatched by `_onrequest`, `_onnotification` and `_onresponse`, every request is made by one method, and every message goes
 * through the transport's `send`. So it does not matter when and how handlers are registered. Where a method is missing, the messages
 * of that way pass untraced.
 */
export class TracedPeer {
  private readonly connections = new WeakMap<TransportLike, Connection>();
  private readonly outgoing: OutgoingSide;
  private readonly incoming: IncomingSide;

  constructor(
    private readonly protocol: ProtocolLike,
    options: McpTraceOptions,
  ) {
    ensureContextManager();
    this.outgoing = new OutgoingSide(options);
    this.incoming = new IncomingSide(protocol, this.outgoing, options);
    this.hook();
    if (protocol.transport !== undefined) this.attach(protocol.transport);
  }

  /** A tool threw in answer to a request. */
  toolFailed(requestId: unknown, error: unknown): void {
    this.current()
      ?.incoming.get(requestId as RequestId)
      ?.toolFailed(error);
  }

  private hook(): void {
    const { protocol, outgoing, incoming } = this;
    const at = typeof readField(protocol, FUNNEL) === 'function' ? 1 : 0;
    const hooks: Readonly<Record<string, (args: unknown[], call: (args?: unknown[]) => unknown) => unknown>> = {
      connect: (args, call) => {
        this.attach(args[0]);
        return call();
      },
      _onrequest: ([message, extra], call) =>
        this.onConnection(call, (connection) => incoming.request(message as Message, extra, connection, call)),
      _onnotification: ([message, extra], call) =>
        this.onConnection(call, (connection) => incoming.notification(message as Message, extra, connection, call)),
      _onresponse: ([message], call) => outgoing.receiveAnswer(message as Message, call),
      _onclose: (_args, call) => {
        this.current()?.close();
        return call();
      },
      [at === 1 ? FUNNEL : 'request']: (args, call) => outgoing.request(args, at, call),
    };
    const known = Object.entries(hooks).map(([name, hook]) =>
      wrapMethodOf(
        protocol,
        name,
        (original) =>
          function (this: unknown, ...args) {
            return hook(args, (given = args) => Reflect.apply(original, this, given));
          },
      ),
    );
    if (known.includes(false) || !incoming.isKnown) {
      warnOnce('this version of the MCP SDK is built differently: some of its messages pass untraced');
    }
  }

  private current(): Connection | undefined {
    const { transport } = this.protocol;
    return transport === undefined ? undefined : this.connections.get(transport);
  }

  private onConnection(untraced: () => unknown, traced: (connection: Connection) => unknown): unknown {
    const connection = this.current();
    return connection === undefined ? untraced() : traced(connection);
  }

  /** Watches what is sent on a transport. */
  private attach(given: unknown): void {
    try {
      ensureContextManager();
      if (typeof given !== 'object' || given === null) return;
      const transport = given as TransportLike;
      const known = this.connections.get(transport);
      if (known !== undefined) return known.reopen();
      const connection = new Connection(transport, activeContext());
      const { outgoing } = this;
      const watched = (original: Method): Method =>
        function (this: unknown, ...args) {
          const send = (message: unknown): unknown => Reflect.apply(original, this, [message, ...args.slice(1)]);
          return connection.isOpen && isObject(args[0])
            ? outgoing.send(connection, transport, args[0], send)
            : Reflect.apply(original, this, args);
        };
      if (wrapMethodOf(transport, 'send', watched)) this.connections.set(transport, connection);
      else warnOnce('an MCP transport takes no method in front of its own: its messages pass untraced');
    } catch {
      hookFailed();
    }
  }
}
