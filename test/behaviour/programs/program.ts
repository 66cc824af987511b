import fc from 'fast-check';

/** What kind of method a call goes to. The last two give what an inner call gave, one of them out of an async method. */
export type Kind = 'sync' | 'promise' | 'async' | 'generator' | 'asyncGenerator' | 'forward' | 'asyncForward';

/** How the caller consumes a generator: `take` steps, then this. */
export type Use = 'drain' | 'break' | 'throw' | 'leave';

export type Thrown = 'error' | 'text' | 'undefined';

export type Step =
  | { readonly do: 'wait' | 'return' }
  | { readonly do: 'yield'; readonly guarded: boolean }
  | { readonly do: 'throw'; readonly what: Thrown }
  | { readonly do: 'call' | 'delegate'; readonly call: Call }
  | { readonly do: 'together'; readonly calls: readonly Call[] };

/** One call of a program, with all that its method does. */
export interface Call {
  /** Unlike that of any other call of the program. */
  id: number;
  readonly kind: Kind;
  readonly body: readonly Step[];
  /** What a forwarding method calls. */
  readonly inner: Call;
  readonly use: Use;
  readonly take: number;
  /** The caller catches what comes out. */
  readonly caught: boolean;
  /** A generator yields once more while it is left. */
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

/** Copies a program, so that no two calls are one object, and gives each call its number. */
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

/** Whether a call's method gives what an inner call gave. */
export function isForward({ kind }: Call): boolean {
  return kind === 'forward' || kind === 'asyncForward';
}

/** Programs up to four calls deep. */
export const programs: fc.Arbitrary<Call> = callsOf(3).map(numbered);
