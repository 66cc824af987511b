import type { FcContext } from '../../fc/context';
import { readText } from '../../safe-access';
import type { OpenCalls } from '../calls/open-calls';
import type { Telemetry } from '../telemetry/telemetry';
import type { Deadline } from './deadline';
import type { NewTraceId } from './inert-spans';

/** What the deadline of an invocation follows from. */
export interface InvocationTiming {
  /** When FC called the function, in milliseconds of `performance.now()`. */
  readonly startMillis: number;
  /** The option `deadlineMarginMillis`. */
  readonly deadlineMarginMillis: number | undefined;
  /** How long an answer that is sent before the response may wait for its spans, in milliseconds. */
  readonly answerBudgetMillis?: number | undefined;
  /** Set when something first needs it. */
  deadline?: Deadline;
}

/** One invocation of the function, from the call by FC to the response. */
export interface Invocation {
  /** The context object that FC passed. After the end it has only the request id. */
  readonly context: FcContext;
  /**
   * The event that the program gets: decoded, or with the option `event: 'bytes'` its bytes. `undefined` after the end.
   */
  readonly event: unknown;
  /**
   * The telemetry that records its spans. `undefined` if it is not recorded: `@Traced` methods are then called
   * directly.
   */
  readonly telemetry: Telemetry | undefined;
  /** The open calls of the invocation. */
  readonly open: OpenCalls;
  readonly timing: InvocationTiming;
  /**
   * The trace id, if the random flag of W3C Trace Context Level 2 applies to it. Spans of the SDK do not keep that
   * flag.
   */
  readonly randomTraceId?: string | undefined;
}

/**
 * An invocation that is running. Whatever was created during it, such as a promise in a cache or the connection of a
 * pool, refers to it for as long as it exists, so it keeps event and context until its end only. The fields are
 * private, because `console.log` shows what a promise refers to.
 */
export class CurrentInvocation implements Invocation {
  #context: FcContext;
  #event: unknown;
  #timing: InvocationTiming;
  readonly #open: OpenCalls;
  readonly #telemetry: Telemetry | undefined;
  readonly #randomTraceId: string | undefined;
  readonly #newTraceId: NewTraceId | undefined;

  /** `newTraceId`: the id of a trace that begins here, which is random. */
  constructor({ context, event, open, telemetry, timing, randomTraceId }: Invocation, newTraceId?: NewTraceId) {
    this.#context = context;
    this.#event = event;
    this.#open = open;
    this.#telemetry = telemetry;
    this.#timing = timing;
    this.#randomTraceId = randomTraceId;
    this.#newTraceId = newTraceId;
  }

  get context(): FcContext {
    return this.#context;
  }
  get event(): unknown {
    return this.#event;
  }
  get telemetry(): Telemetry | undefined {
    return this.#telemetry;
  }
  get open(): OpenCalls {
    return this.#open;
  }
  get timing(): InvocationTiming {
    return this.#timing;
  }
  get randomTraceId(): string | undefined {
    return this.#randomTraceId ?? this.#newTraceId?.value;
  }

  /** Ends open calls, and forgets the event and FC's context except for the request id. */
  end(): void {
    this.#open.abandonAll();
    const requestId = readText(this.#context, 'requestId');
    this.#context = (requestId === undefined ? {} : { requestId }) as FcContext;
    this.#event = undefined;
    // Listeners of the deadline's signal belong to the program, and may refer to anything.
    const { startMillis, deadlineMarginMillis, answerBudgetMillis } = this.#timing;
    this.#timing = { startMillis, deadlineMarginMillis, answerBudgetMillis };
  }
}

/** An invocation whose open calls end with another one. */
export class InvocationWithOpenCalls implements Invocation {
  readonly #invocation: Invocation;
  readonly #open: OpenCalls;

  constructor(invocation: Invocation, open: OpenCalls) {
    this.#invocation = invocation;
    this.#open = open;
  }

  get context(): FcContext {
    return this.#invocation.context;
  }
  get event(): unknown {
    return this.#invocation.event;
  }
  get telemetry(): Telemetry | undefined {
    return this.#invocation.telemetry;
  }
  get open(): OpenCalls {
    return this.#open;
  }
  get timing(): InvocationTiming {
    return this.#invocation.timing;
  }
  get randomTraceId(): string | undefined {
    return this.#invocation.randomTraceId;
  }
}
