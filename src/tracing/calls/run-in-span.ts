import type { Context, Span } from '@opentelemetry/api';
import { countError } from '../../diagnostics';
import { copyIdentity } from '../../replace-method';
import { callIn } from '../context/active-context';
import { contextWithSpan, endContext } from '../context/linked-context';
import { follow } from '../end-strategies/follow-value';
import { state } from '../telemetry/state';
import type { Telemetry } from '../telemetry/telemetry';
import { endSafely } from './open-calls';
import { RunningCall } from './running-call';
import { startSpanOf } from './span-spec';
import type { CallSite, SpanSpec } from './span-spec';

type Method = (...args: never[]) => unknown;

/**
 * Calls a method in a new span. Returns and throws what the method does. Telemetry failures are counted and do not
 * throw.
 */
export function runInSpan(
  spec: SpanSpec,
  telemetry: Telemetry,
  context: Context,
  method: Method,
  self: unknown,
  args: ArrayLike<unknown>,
): unknown {
  const site = { spec, telemetry, context, self, args, followedBefore: state.followed };
  const span = startSpanOf(site);
  if (span === undefined) return Reflect.apply(method, self, args);
  const active = contextWithSpan(context, span);
  if (spec.options.callback === true && typeof args[args.length - 1] === 'function') {
    return runWithCallback(new RunningCall(span, site, active), context, method, self, args);
  }
  let value: unknown;
  try {
    value = callIn(active, method, self, args);
  } catch (error) {
    failSafely(span, site, active, error);
    throw error;
  }
  try {
    if (typeof value === 'object' && value !== null) return follow(value, new RunningCall(span, site, active));
    if (spec.options.resultAttributes === undefined) {
      endSafely(span);
      endContext(active);
    } else new RunningCall(span, site, active).succeed(value);
  } catch {
    // The stack can overflow here although the method itself did not overflow it. Its value is still returned.
    countError('the end of a call could not be detected');
  }
  return value;
}

/** Marks a call as failed. If this overflows the stack, the program's error is still the one that is thrown. */
function failSafely(span: Span, site: CallSite, active: Context, error: unknown): void {
  try {
    new RunningCall(span, site, active).fail(error);
  } catch {
    // Counting could overflow the stack as well. The span stays open and is not exported.
  }
}

/** Calls a method with an error-first callback as its last argument. The work ends when the callback is called. */
function runWithCallback(
  call: RunningCall,
  caller: Context,
  method: Method,
  self: unknown,
  args: ArrayLike<unknown>,
): unknown {
  const otherArgs = Array.from(args);
  const callback = otherArgs.pop() as (...args: unknown[]) => unknown;
  const wrapper = function (this: unknown, ...results: unknown[]): unknown {
    if (results[0] !== undefined && results[0] !== null) call.fail(results[0]);
    else call.succeed(results[1]);
    return callIn(caller, callback, this, results);
  };
  copyIdentity(callback, wrapper);
  call.stayOpen(wrapper);
  try {
    return call.run(method, self, [...otherArgs, wrapper]);
  } catch (error) {
    call.fail(error);
    throw error;
  }
}
