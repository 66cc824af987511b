import { serviceOf } from './summary';
import { valueText } from './text';
import type { SpanNode, TraceModel } from './trace-model';

/** What the map of a trace consists of: a service, or something that services call and that sends no spans. */
export interface MapNode {
  readonly id: string;
  readonly label: string;
  readonly type: 'function' | 'platform' | 'database' | 'messaging' | 'external';
  spans: number;
  errors: number;
  selfNanos: number;
}

/** The calls from one node of the map to another. */
export interface MapEdge {
  readonly from: string;
  readonly to: string;
  calls: number;
  errors: number;
  totalNanos: number;
}

/** The call-chain map of a trace. */
export interface CallMap {
  readonly nodes: readonly MapNode[];
  readonly edges: readonly MapEdge[];
}

function textOf(node: SpanNode, ...keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = node.span.attributes[key];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

function isOfPlatform(node: SpanNode): boolean {
  return node.phase === 'platform' || (node.phase === 'coldStart' && serviceOf(node.span) === 'fc.platform');
}

/** The span that caused a call: between two functions there are FC's own spans, which are left out. */
function callerOf(node: SpanNode): SpanNode | undefined {
  let caller = node.parent;
  while (caller?.parent !== undefined && isOfPlatform(caller)) caller = caller.parent;
  return caller;
}

function ownerOf(node: SpanNode): Pick<MapNode, 'id' | 'label' | 'type'> {
  if (isOfPlatform(node)) {
    return { id: 'platform', label: 'Function Compute', type: 'platform' };
  }
  const label = serviceOf(node.span) || valueText(node.span.resource['faas.name'] ?? '?');
  return { id: `service ${label}`, label, type: 'function' };
}

/** What a client span calls if that sends no spans: a database, a queue or an address. */
function calleeOf(node: SpanNode): Pick<MapNode, 'id' | 'label' | 'type'> | undefined {
  if (node.span.kind !== 'client' && node.span.kind !== 'producer') return undefined;
  if (
    node.children.some(
      (child) => child.phase === 'platform' || child.span.kind === 'server' || child.span.kind === 'consumer',
    )
  ) {
    return undefined;
  }
  const database = textOf(node, 'db.system.name', 'db.system');
  const address = textOf(node, 'server.address', 'net.peer.name', 'peer.service', 'url.host');
  if (database !== undefined) {
    const name = textOf(node, 'db.namespace', 'db.name');
    const label = name === undefined ? database : `${database} ${name}`;
    return { id: `database ${label}`, label, type: 'database' };
  }
  const messaging = textOf(node, 'messaging.system');
  if (messaging !== undefined) {
    const label = `${messaging} ${textOf(node, 'messaging.destination.name') ?? ''}`.trim();
    return { id: `messaging ${label}`, label, type: 'messaging' };
  }
  return address === undefined ? undefined : { id: `external ${address}`, label: address, type: 'external' };
}

/** Counts the calls between the services of a trace, and from them to databases, queues and addresses. */
export function callMap(trace: TraceModel): CallMap {
  const nodes = new Map<string, MapNode>();
  const edges = new Map<string, MapEdge>();
  const visit = (found: Pick<MapNode, 'id' | 'label' | 'type'>): MapNode => {
    const node = nodes.get(found.id) ?? { ...found, spans: 0, errors: 0, selfNanos: 0 };
    nodes.set(found.id, node);
    return node;
  };
  const call = (from: string, to: string, node: SpanNode): void => {
    const edge = edges.get(`${from}\n${to}`) ?? { from, to, calls: 0, errors: 0, totalNanos: 0 };
    edge.calls += 1;
    edge.errors += node.error ? 1 : 0;
    edge.totalNanos += node.end - node.start;
    edges.set(`${from}\n${to}`, edge);
  };
  for (const node of trace.nodes) {
    const caller = callerOf(node);
    if (isOfPlatform(node) && caller !== undefined && !isOfPlatform(caller)) continue;
    const owner = ownerOf(node);
    const own = visit(owner);
    own.spans += 1;
    own.errors += node.error ? 1 : 0;
    own.selfNanos += node.selfNanos;
    const from = caller === undefined ? undefined : ownerOf(caller).id;
    if (from !== undefined && from !== owner.id && node.phase !== 'coldStart') call(from, owner.id, node);
    const callee = calleeOf(node);
    if (callee !== undefined) {
      const called = visit(callee);
      called.spans += 1;
      called.errors += node.error ? 1 : 0;
      call(owner.id, callee.id, node);
    }
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}
