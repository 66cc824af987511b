import { check, checkOptions } from '../config/check-options';
import type { Check } from '../config/check-options';
import { FcTracedError } from '../errors';
import { wrapMethodOf } from '../replace-method';
import { readField } from '../safe-access';
import { followWork } from './answer';
import { isProtocol } from './sdk-shapes';
import { TracedPeer } from './traced-peer';

/** Options of `traceMcpServer` and `traceMcpClient`: what OpenTelemetry's conventions leave to the program, since it may be sensitive. */
export interface McpTraceOptions {
  /** Record the arguments of tool calls, as `gen_ai.tool.call.arguments`. Default: false. */
  readonly toolArguments?: boolean;
  /** Record what tools gave, as `gen_ai.tool.call.result`. Default: false. */
  readonly toolResults?: boolean;
}

const CHECKS: { readonly [K in keyof Required<McpTraceOptions>]: Check } = {
  toolArguments: check.boolean,
  toolResults: check.boolean,
};

/** On a `Server` or `Client` that is traced, and on an `McpServer` whose tools are: also for another copy of this package. */
const PEER = Symbol.for('fc-traced mcp peer');
const TOOLS = Symbol.for('fc-traced mcp tools');

function mark(target: object, key: symbol, value: unknown): boolean {
  return Reflect.defineProperty(target, key, { value, configurable: true });
}

/** What a tool throws becomes a result in the SDK's hands, which holds the message alone: the error itself is heard of before. */
function hearTools(server: object, peer: TracedPeer): void {
  if (Reflect.get(server, TOOLS) !== undefined || !mark(server, TOOLS, true)) return;
  wrapMethodOf(
    server,
    'executeToolHandler',
    (original) =>
      function (this: unknown, ...args) {
        const failed = (error: unknown): void =>
          peer.toolFailed(readField(args[2], 'requestId') ?? readField(readField(args[2], 'mcpReq'), 'id'), error);
        return followWork(
          () => Reflect.apply(original, this, args),
          () => {},
          failed,
        );
      },
  );
}

/** What each door takes, and by which method it is known on the other one's side. */
const DOORS = {
  traceMcpServer: {
    takes: 'an McpServer or a Server',
    not: 'getServerCapabilities',
    instead: 'a Client: give it to traceMcpClient',
  },
  traceMcpClient: { takes: 'a Client', not: 'getClientCapabilities', instead: 'a server: give it to traceMcpServer' },
} as const;

function foundInstead(target: unknown): string {
  if (target === null) return 'null';
  return `a value of type ${typeof target}${typeof target === 'object' ? ' without its methods' : ''}`;
}

/** Traces a `Server`, a `Client`, or the `Server` in an `McpServer`, once. */
export function traceProtocol<T extends object>(
  target: T,
  options: McpTraceOptions | undefined,
  where: keyof typeof DOORS,
): T {
  const checked = checkOptions<McpTraceOptions>(options, where, CHECKS);
  const inner = readField(target, 'server');
  const protocol = isProtocol(target) ? target : inner;
  const { takes, not, instead } = DOORS[where];
  if (!isProtocol(protocol)) {
    throw new FcTracedError('INVALID_TARGET', `${where} takes ${takes} of the MCP SDK, not ${foundInstead(target)}.`);
  }
  if (typeof readField(protocol, not) === 'function') {
    throw new FcTracedError('INVALID_TARGET', `${where} takes ${takes} of the MCP SDK, not ${instead}.`);
  }
  const known = Reflect.get(protocol, PEER) as TracedPeer | undefined;
  const peer = known ?? new TracedPeer(protocol, checked);
  if (known === undefined) mark(protocol, PEER, peer);
  if (protocol === inner) hearTools(target, peer);
  return target;
}
