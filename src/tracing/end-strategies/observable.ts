import { shadowMethod } from '../../replace-method';
import { dataProperty } from '../../safe-access';
import { activeContext, callIn } from '../context/active-context';
import type { EndStrategy, TracedCall } from './end-strategy';

type Method = (...args: unknown[]) => unknown;

/** What rxjs 7 hands to the work behind an observable. */
interface Subscriber {
  next: Method;
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

/**
 * Ends a call with one subscription, and has the subscriber run in the context that it subscribed in. The subscriber stays the
 * one that rxjs made, so that its closing is seen everywhere.
 */
function watch(subscriber: Subscriber, call: TracedCall): void {
  const caller = activeContext();
  const handOn = (key: 'next' | 'error' | 'complete', say: (value: unknown) => void): void => {
    const method = subscriber[key];
    shadowMethod(subscriber, key, method, function (this: unknown, ...args: unknown[]) {
      say(args[0]);
      return callIn(caller, method, this, args);
    });
  };
  handOn('next', () => {});
  handOn('error', (reason) => call.fail(reason));
  handOn('complete', () => call.succeed());
  subscriber.add(() => call.cancel());
}

/**
 * Observables of rxjs 7's shape: the very object, a span for each subscription, which ends at its completion, error or
 * unsubscription. The first subscription goes on in the span of the call; each further one starts a span of its own.
 */
export const observableEndStrategy: EndStrategy<Observable> = {
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
