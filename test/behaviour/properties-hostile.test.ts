import fc from 'fast-check';
import { createHandler, Handler, Traced } from 'fc-traced';
import type { FcContext, FcFunction } from 'fc-traced';
import { fakeFcContext, recordTraces } from 'fc-traced/testing';
import { runs } from '../soak';
import { expectSame } from './expect-same';

const RUNS = runs({ short: 1_500, long: 7_500 });

@Handler()
class Echo {
  @Traced()
  pass(): string {
    return 'passed';
  }

  // Not the event itself: to resolve a promise with it would ask it for `then`.
  handle(event: unknown, context: unknown): readonly unknown[] {
    return [this.pass(), event, context];
  }
}

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

const breaks = (): never => {
  throw new Error('hostile');
};
const everyTrap = Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((trap) => [trap, breaks]));
const KEYS = [
  'tracing',
  'function',
  'service',
  'requestId',
  'region',
  'headers',
  'version',
  'rawPath',
  'requestContext',
  'events',
  'openTracingSpanContext',
  'openTracingSpanBaggages',
  'jaegerEndpoint',
  'traceparent',
  'baggage',
  'name',
  'timeout',
  'then',
  'toString',
  'constructor',
  'length',
  '0',
];

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
function selfContained(): object {
  const cycle: Record<string, unknown> = {};
  for (const key of KEYS) cycle[key] = cycle;
  return cycle;
}

const LEAVES: Readonly<Record<string, () => unknown>> = {
  symbol: () => Symbol('hostile'),
  bigint: () => 10n,
  function: () => breaks,
  NaN: () => Number.NaN,
  'lone surrogate': () => '\ud800',
  blank: () => ' ',
  zeros: () => '0'.repeat(70),
  'invalid date': () => new Date(Number.NaN),
  map: () => new Map(),
  promise: () => Promise.resolve(),
  null: () => null,
  undefined: () => undefined,
  'closed object': () => new Proxy({}, everyTrap),
  'closed function': () => new Proxy(() => {}, everyTrap),
  'closed array': () => new Proxy([], everyTrap),
  'closed bytes': () => new Proxy(new Uint8Array(3), everyTrap),
  revoked,
  cycle: selfContained,
  'no primitive': () => Object.defineProperty({}, Symbol.toPrimitive, { get: breaks }),
  'no text': () => ({ toString: breaks, valueOf: breaks, toJSON: breaks }),
  traceparent: () => '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01',
  'jaeger context': () => '124ed43254b54966:124ed43254b54966:0:1',
};

type Field = readonly [key: string, recipe: Recipe, throws: boolean];
type Recipe = string | { readonly fields: readonly Field[]; readonly isBare: boolean } | readonly Recipe[];

// Recipes rather than the objects: fast-check itself would stumble over them.
const { recipe } = fc.letrec<{ recipe: Recipe; fields: readonly Field[] }>((tie) => ({
  fields: fc.array(fc.tuple(fc.constantFrom(...KEYS), tie('recipe'), fc.boolean()), { maxLength: 6 }),
  recipe: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(...Object.keys(LEAVES)),
    fc.record({ fields: tie('fields'), isBare: fc.boolean() }),
    fc.array(tie('recipe'), { maxLength: 3 }),
  ),
}));

function build(from: Recipe): unknown {
  if (typeof from === 'string') return LEAVES[from]!();
  if ('isBare' in from) {
    const made = (from.isBare ? Object.create(null) : {}) as object;
    for (const [key, inner, throws] of from.fields) {
      Object.defineProperty(made, key, {
        enumerable: true,
        configurable: true,
        ...(throws ? { get: breaks } : { value: build(inner) }),
      });
    }
    return made;
  }
  return from.map(build);
}

async function isUnharmed(handler: FcFunction, event: unknown, context: unknown): Promise<void> {
  const [passed, gotEvent, gotContext] = (await handler(event, context as FcContext)) as unknown[];
  // Compared by identity, and with booleans: a matcher that prints a hostile object would meet its end itself.
  expectSame([passed, Object.is(gotEvent, event), Object.is(gotContext, context)], ['passed', true, true]);
  traces.clear();
}

test(`${RUNS} hostile objects as the context change no answer`, async () => {
  const { handler } = createHandler(Echo);
  await fc.assert(
    fc.asyncProperty(recipe, (from) => isUnharmed(handler, undefined, build(from))),
    { numRuns: RUNS },
  );
}, 120_000);

test(`${RUNS} hostile objects as the event change no answer`, async () => {
  const { handler } = createHandler(Echo);
  await fc.assert(
    fc.asyncProperty(recipe, (from) => isUnharmed(handler, build(from), fakeFcContext())),
    { numRuns: RUNS },
  );
}, 120_000);

test(`${RUNS} hostile objects as what the option parent gives change no answer`, async () => {
  let from: Recipe = [];
  const { handler } = createHandler(Echo, { parent: () => build(from) as string });
  await fc.assert(
    fc.asyncProperty(recipe, (given) => {
      from = given;
      return isUnharmed(handler, undefined, fakeFcContext());
    }),
    { numRuns: RUNS },
  );
}, 120_000);
