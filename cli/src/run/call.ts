import type { Caller } from '../emulator/caller';
import { httpCaller } from '../emulator/caller';
import type { HttpTrigger } from '../emulator/http-trigger';
import type { InvocationResult } from '../emulator/invocation';
import type { EmulatedFunction } from '../functions/emulated-function';
import type { RequestLine } from '../option-checks';

/** What `run` calls a function with. */
export interface CallInput {
  readonly event: Buffer;
  /** The request, if the function is called through an HTTP trigger. */
  readonly http: RequestLine | undefined;
  readonly traceparent: string | undefined;
}

/** One call and its result. */
export interface Call {
  readonly number: number;
  readonly result: InvocationResult;
}

const callerOf = (traceparent: string | undefined): Caller | undefined =>
  traceparent === undefined ? undefined : httpCaller({ traceparent });

/** Calls a function once. Resolves also when it fails. */
export async function callOnce(
  target: EmulatedFunction,
  trigger: HttpTrigger | undefined,
  { event, http, traceparent }: CallInput,
): Promise<InvocationResult> {
  if (trigger === undefined || http === undefined) return target.invoke(event, { caller: callerOf(traceparent) });
  const hasBody = event.length > 0 && !['GET', 'HEAD'].includes(http.method);
  return trigger.call(http.path, {
    method: http.method,
    headers: {
      ...(traceparent !== undefined && { traceparent }),
      ...(hasBody && { 'content-type': 'application/json' }),
    },
    ...(hasBody && { body: new Uint8Array(event) }),
    redirect: 'manual',
  });
}

/** Runs `work` for the numbers 1 to `count`, at most `concurrency` at a time, until `isCancelled`. */
export async function forEachNumber(
  count: number,
  concurrency: number,
  work: (number: number) => Promise<void>,
  isCancelled: () => boolean,
): Promise<void> {
  let next = 1;
  const worker = async (): Promise<void> => {
    while (next <= count && !isCancelled()) {
      const number = next;
      next += 1;
      await work(number);
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, concurrency) }, worker));
}
