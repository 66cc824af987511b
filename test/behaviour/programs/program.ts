import fc from 'fast-check';

/** The kind of the called method. The last two return the value of an inner call, one of them from an async method. */
export type Kind = 'sync' | 'promise' | 'async' | 'generator' | 'asyncGenerator' | 'forward' | 'asyncForward';

/** What the caller does with a generator after `take` steps. */
export type Use = 'drain' | 'break' | 'throw' | 'leave';

export type Thrown = 'error' | 'text' | 'undefined';

export type Step =
  | { readonly do: 'wait' | 'return' }
  | { readonly do: 'yield'; readonly guarded: boolean }
  | { readonly do: 'throw'; readonly what: Thrown }
  | { readonly do: 'call' | 'delegate'; readonly call: Call }
  | { readonly do: 'together'; readonly calls: readonly Call[] };

/** One call of a program, with the steps of its method. */
export interface Call {
  /** Unique in the program. */
  id: number;
  readonly kind: Kind;
  readonly body: readonly Step[];
  /** The call that a forwarding method makes. */
  readonly inner: Call;
  readonly use: Use;
  readonly take: number;
  /** Whether the caller catches an error. */
  readonly caught: boolean;
  /** Whether a generator yields once more in its `finally` block. */
  readonly lingers: boolean;
}

const leaf: Call = {
  id: 0,
  kind: 'sync',
  body: [],
  inner: undefined as unknown as Call,
  use: 'drain',
  take: 0,
  caught: false,
  lingers: false,
};

function stepsIn(call: fc.Arbitrary<Call>): fc.Arbitrary<Step> {
  return fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ do: fc.constantFrom('call' as const, 'call' as const, 'delegate' as const), call }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('yield' as const), guarded: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('together' as const),
        calls: fc.array(call, { minLength: 2, maxLength: 3 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('throw' as const),
        what: fc.constantFrom<Thrown>('error', 'error', 'text', 'undefined'),
      }),
    },
    { weight: 1, arbitrary: fc.constant<Step>({ do: 'return' }) },
  );
}

function callsOf(depth: number): fc.Arbitrary<Call> {
  const inner = depth === 0 ? fc.constant(leaf) : callsOf(depth - 1);
  return fc.record({
    id: fc.constant(0),
    kind: fc.constantFrom<Kind>(
      'sync',
      'promise',
      'async',
      'generator',
      'asyncGenerator',
      ...(depth === 0 ? [] : (['forward', 'asyncForward'] as const)),
    ),
    body: fc.array(
      depth === 0
        ? fc.constantFrom<Step>({ do: 'wait' }, { do: 'yield', guarded: false }, { do: 'throw', what: 'error' })
        : stepsIn(inner),
      { minLength: Math.min(depth, 1), maxLength: depth === 0 ? 1 : 4 },
    ),
    inner,
    use: fc.constantFrom<Use>('drain', 'drain', 'break', 'throw', 'leave'),
    take: fc.nat({ max: 3 }),
    caught: fc.boolean(),
    lingers: fc.boolean(),
  });
}

/** Copies a program, so that each call is a different object, and numbers its calls. */
function numbered(root: Call): Call {
  let last = 0;
  const copy = (call: Call): Call => {
    const id = (last += 1);
    const body = call.body.map((step): Step =>
      'call' in step
        ? { ...step, call: copy(step.call) }
        : 'calls' in step
          ? { ...step, calls: step.calls.map(copy) }
          : step,
    );
    return { ...call, id, body, inner: isForward(call) ? copy(call.inner) : call.inner };
  };
  return copy(root);
}

/** Returns whether the method of a call returns the value of an inner call. */
export function isForward({ kind }: Call): boolean {
  return kind === 'forward' || kind === 'asyncForward';
}

/** Programs up to four calls deep. */
export const programs: fc.Arbitrary<Call> = callsOf(3).map(numbered);
