import { warnOnce } from '../../diagnostics';
import { shadowMethod } from '../../replace-method';
import { dataProperty, readField } from '../../safe-access';
import { activeContext, callIn } from '../context/active-context';
import type { TracedCall } from './end-strategy';
import type { FollowedCall } from './followed-call';

type Method = (...args: unknown[]) => unknown;

/** The members of rxjs 7's `Subscriber` that are used. */
interface Subscriber {
  next: Method;
  error: Method;
  complete: Method;
  add(teardown: () => void): void;
}

/** The members of rxjs 7's `Observable` that are used. `_subscribe` and `operator` are internal. */
interface Observable {
  subscribe: Method;
  _subscribe?: Method;
  operator?: { call(subscriber: unknown, source: unknown): unknown };
}

function isSubscriber(value: unknown): value is Subscriber {
  return ['next', 'error', 'complete', 'add'].every((key) => typeof readField(value, key) === 'function');
}

/**
 * Ends a call with one subscription, and runs the subscriber's methods in the context of the code that subscribed. The
 * subscriber object stays the same, so that all code sees when it is closed.
 */
function watch(subscriber: unknown, call: TracedCall): void {
  try {
    if (isSubscriber(subscriber)) return watchSubscriber(subscriber, call);
  } catch {
    // The subscriber is frozen, or `add` does not accept a function.
  }
  warnOnce(
    'rxjs does not pass a Subscriber with next, error, complete and add as expected; the span of an Observable ends ' +
      'when it is subscribed to',
  );
  call.succeed();
}

function watchSubscriber(subscriber: Subscriber, call: TracedCall): void {
  const caller = activeContext();
  const intercept = (key: 'next' | 'error' | 'complete', observe: (value: unknown) => void): void => {
    const method = subscriber[key];
    shadowMethod(subscriber, key, method, function (this: unknown, ...args: unknown[]) {
      observe(args[0]);
      return callIn(caller, method, this, args);
    });
  };
  intercept('next', () => {});
  intercept('error', (reason) => call.fail(reason));
  intercept('complete', () => call.succeed());
  subscriber.add(() => call.cancel());
}

/**
 * Observables of rxjs 7. The caller gets the same object. The span ends when the subscription completes, fails or is
 * unsubscribed. The first subscription belongs to the span of the call; each further subscription starts another span.
 */
export function followObservable(value: object, call: FollowedCall): object {
  const observable = value as Observable;
  let isFirst = true;
  const nextCall = (): TracedCall => {
    const own = isFirst ? call : call.again();
    // The observable can be garbage-collected during the subscription.
    if (isFirst) call.startWork();
    isFirst = false;
    return own;
  };
  const { operator } = observable;
  const subscribe = dataProperty(observable, '_subscribe');
  if (typeof readField(operator, 'call') === 'function') {
    const { call: callOperator } = operator!;
    observable.operator = {
      ...operator,
      call(subscriber, source) {
        const own = nextCall();
        watch(subscriber, own);
        return own.run(callOperator, operator, [subscriber, source]);
      },
    };
  } else if (typeof subscribe === 'function') {
    shadowMethod(observable, '_subscribe', subscribe, function (this: unknown, subscriber: unknown) {
      const own = nextCall();
      watch(subscriber, own);
      return own.run(subscribe as Method, this, [subscriber]);
    });
  } else {
    warnOnce(
      'an Observable has neither operator nor _subscribe, which rxjs 7 has; its span ends when the method returns',
    );
    call.succeed();
  }
  return observable;
}
