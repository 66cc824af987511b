import fc from 'fast-check';
import { createHandler, Handler, Traced } from 'fc-traced';
import type { FcContext, FcFunction } from 'fc-traced';
import { fakeFcContext, recordTraces } from 'fc-traced/testing';
import { runs } from '../soak';
import { expectSame } from './expect-same';

const RUNS = runs({ short: 500, long: 7_500 });

@Handler()
class Echo {
  @Traced()
  pass(): string {
    return 'passed';
  }

  // Not the event itself, because resolving a promise with it would read its `then`.
  handle(event: unknown, context: unknown): readonly unknown[] {
    return [this.pass(), event, context];
  }
}

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

const fail = (): never => {
  throw new Error('hostile');
};
const everyTrap = Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((trap) => [trap, fail]));
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
  function: () => fail,
  NaN: () => Number.NaN,
  'lone surrogate': () => '\ud800',
  blank: () => ' ',
  zeros: () => '0'.repeat(70),
  'invalid date': () => new Date(Number.NaN),
  map: () => new Map(),
  promise: () => Promise.resolve(),
  null: () => null,
  undefined: () => undefined,
  'object whose traps throw': () => new Proxy({}, everyTrap),
  'function whose traps throw': () => new Proxy(() => {}, everyTrap),
  'array whose traps throw': () => new Proxy([], everyTrap),
  'bytes whose traps throw': () => new Proxy(new Uint8Array(3), everyTrap),
  revoked,
  cycle: selfContained,
  'object without primitive value': () => Object.defineProperty({}, Symbol.toPrimitive, { get: fail }),
  'object without string value': () => ({ toString: fail, valueOf: fail, toJSON: fail }),
  traceparent: () => '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01',
  'jaeger context': () => '124ed43254b54966:124ed43254b54966:0:1',
};

type Field = readonly [key: string, recipe: Recipe, throws: boolean];
type Recipe = string | { readonly fields: readonly Field[]; readonly isBare: boolean } | readonly Recipe[];

// Recipes instead of the objects, because fast-check itself cannot handle the objects.
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
    const object = (from.isBare ? Object.create(null) : {}) as object;
    for (const [key, inner, throws] of from.fields) {
      Object.defineProperty(object, key, {
        enumerable: true,
        configurable: true,
        ...(throws ? { get: fail } : { value: build(inner) }),
      });
    }
    return object;
  }
  return from.map(build);
}

async function expectUnaffected(handler: FcFunction, event: unknown, context: unknown): Promise<void> {
  const [passed, gotEvent, gotContext] = (await handler(event, context as FcContext)) as unknown[];
  // Compared by identity with booleans, because a matcher that prints a hostile object would throw.
  expectSame([passed, Object.is(gotEvent, event), Object.is(gotContext, context)], ['passed', true, true]);
  traces.clear();
}

test(`${RUNS} hostile objects as the context do not affect the response`, async () => {
  const { handler } = createHandler(Echo);
  await fc.assert(
    fc.asyncProperty(recipe, (from) => expectUnaffected(handler, undefined, build(from))),
    { numRuns: RUNS },
  );
}, 120_000);

test(`${RUNS} hostile objects as the event do not affect the response`, async () => {
  const { handler } = createHandler(Echo);
  await fc.assert(
    fc.asyncProperty(recipe, (from) => expectUnaffected(handler, build(from), fakeFcContext())),
    { numRuns: RUNS },
  );
}, 120_000);

test(`${RUNS} hostile objects as the result of the option parent do not affect the response`, async () => {
  let from: Recipe = [];
  const { handler } = createHandler(Echo, { parent: () => build(from) as string });
  await fc.assert(
    fc.asyncProperty(recipe, (given) => {
      from = given;
      return expectUnaffected(handler, undefined, fakeFcContext());
    }),
    { numRuns: RUNS },
  );
}, 120_000);
