import { dataProperty, shadowMethod } from './lifetime';
import type { Lifetime, TracedCall } from './lifetime';

type Method = (...args: unknown[]) => unknown;

/** What rxjs 7 hands to the work behind an observable. */
interface Subscriber {
  error: Method;
  complete: Method;
  add(teardown: () => void): void;
}

interface Observable {
  subscribe: Method;
  _subscribe?: Method;
  operator?: { call(subscriber: Subscriber, source: unknown): unknown };
}

function isObservable(value: object): value is Observable {
  return typeof dataProperty(value, 'subscribe') === 'function' && typeof dataProperty(value, 'pipe') === 'function';
}

/** Ends a call with one subscription: the subscriber stays the one that rxjs made, so that its closing is seen everywhere. */
function watch(subscriber: Subscriber, call: TracedCall): void {
  const { error, complete } = subscriber;
  shadowMethod(subscriber, 'error', error, function (this: unknown, reason: unknown) {
    call.fail(reason);
    return Reflect.apply(error, this, [reason]);
  });
  shadowMethod(subscriber, 'complete', complete, function (this: unknown) {
    call.succeed();
    return Reflect.apply(complete, this, []);
  });
  subscriber.add(() => call.cancel());
}

/**
 * Observables of rxjs 7's shape: the very object, a span for each subscription, which ends at its completion, error or
 * unsubscription. The first subscription goes on in the span of the call; each further one starts a span of its own.
 */
export const observableLifetime: Lifetime<Observable> = {
  supports: isObservable,
  follow(observable, call) {
    let isFirst = true;
    const next = (): TracedCall => {
      const own = isFirst ? call : call.again();
      isFirst = false;
      return own;
    };
    const { operator } = observable;
    const subscribe = dataProperty(observable, '_subscribe') as Method | undefined;
    if (operator !== undefined && operator !== null) {
      observable.operator = {
        ...operator,
        call(subscriber, source) {
          const own = next();
          watch(subscriber, own);
          return own.run(operator.call.bind(operator), operator, [subscriber, source]);
        },
      };
    } else if (typeof subscribe === 'function') {
      shadowMethod(observable, '_subscribe', subscribe, function (this: unknown, subscriber: Subscriber) {
        const own = next();
        watch(subscriber, own);
        return own.run(subscribe, this, [subscriber]);
      });
    } else {
      call.succeed();
    }
    return observable;
  },
};
