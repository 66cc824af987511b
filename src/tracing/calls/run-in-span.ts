import type { Context, Span } from '@opentelemetry/api';
import { countError } from '../../diagnostics';
import { copyIdentity } from '../../replace-method';
import { callIn } from '../context/active-context';
import { contextWithSpan } from '../context/linked-context';
import { follow } from '../end-strategies/follow-value';
import { state } from '../telemetry/state';
import type { Telemetry } from '../telemetry/telemetry';
import { endSafely } from './open-calls';
import { RunningCall } from './running-call';
import { startSpanOf } from './span-spec';
import type { CallSite, SpanSpec } from './span-spec';

type Method = (...args: never[]) => unknown;

/** Calls a method inside a span of its own. Gives and throws what the method does; telemetry's own failures stay here. */
export function runInSpan(
  spec: SpanSpec,
  telemetry: Telemetry,
  context: Context,
  method: Method,
  self: unknown,
  args: ArrayLike<unknown>,
): unknown {
  const site = { spec, telemetry, context, self, args, began: state.followed };
  const span = startSpanOf(site);
  if (span === undefined) return Reflect.apply(method, self, args);
  if (spec.options.callback === true && typeof args[args.length - 1] === 'function') {
    return runWithCallback(new RunningCall(span, site), context, method, self, args);
  }
  let value: unknown;
  try {
    value = callIn(contextWithSpan(context, span), method, self, args);
  } catch (error) {
    failSafely(span, site, error);
    throw error;
  }
  try {
    if (typeof value === 'object' && value !== null) return follow(value, new RunningCall(span, site));
    if (spec.options.resultAttributes === undefined) endSafely(span);
    else new RunningCall(span, site).succeed(value);
  } catch {
    // The stack can be at its end here, where the method itself just fitted: its value is not lost.
    countError('a call could not be followed to its end');
  }
  return value;
}

/** Says that a call failed; where even that does not fit the stack any more, the program's error is still the one that comes out. */
function failSafely(span: Span, site: CallSite, error: unknown): void {
  try {
    new RunningCall(span, site).fail(error);
  } catch {
    // Counting needs the stack, too: the span stays open and is not sent.
  }
}

/** Node's callback convention: the work ends when the last argument is called, with an error first. */
function runWithCallback(
  call: RunningCall,
  caller: Context,
  method: Method,
  self: unknown,
  args: ArrayLike<unknown>,
): unknown {
  const given = Array.from(args);
  const callback = given.pop() as (...args: unknown[]) => unknown;
  const wrapper = function (this: unknown, ...answer: unknown[]): unknown {
    if (answer[0] !== undefined && answer[0] !== null) call.fail(answer[0]);
    else call.succeed(answer[1]);
    return callIn(caller, callback, this, answer);
  };
  copyIdentity(callback, wrapper);
  call.stayOpen(wrapper);
  try {
    return call.run(method, self, [...given, wrapper]);
  } catch (error) {
    call.fail(error);
    throw error;
  }
}
