import { diag } from '@opentelemetry/api';
import { Traced } from 'fc-traced';
import { recordTraces } from 'fc-traced/testing';
import { lastValueFrom, map, Observable, of, Subject, Subscriber } from 'rxjs';
import { diagnostics } from '../../src/diagnostics';

/** The internal members of an Observable. */
interface Internals {
  _subscribe?: (subscriber: Subscriber<unknown>) => unknown;
  _trySubscribe?: (subscriber: Subscriber<unknown>) => unknown;
  operator?: { call(subscriber: Subscriber<unknown>, source: unknown): unknown };
}
const internals = (observable: Observable<unknown>): Internals => observable;

describe('rxjs', () => {
  test('calls _subscribe of an Observable without operator with the Subscriber', () => {
    const observable = new Observable<number>();
    const seen: unknown[] = [];
    internals(observable)._subscribe = (subscriber) => void seen.push(subscriber);
    const subscription = observable.subscribe();
    expect(seen).toEqual([subscription]);
    expect(seen[0]).toBeInstanceOf(Subscriber);
  });

  test('has _subscribe on the Observable that is created, and on the prototype of Subject', () => {
    expect(typeof internals(new Observable(() => {}))._subscribe).toBe('function');
    expect(typeof internals(new Subject())._subscribe).toBe('function');
  });

  test('calls operator.call of a piped Observable with Subscriber and source', () => {
    const source = of(1);
    const piped = source.pipe(map((value) => value + 1));
    const { operator } = internals(piped);
    expect(typeof operator?.call).toBe('function');
    const seen: unknown[][] = [];
    internals(piped).operator = { call: (...args) => void seen.push(args) };
    const subscription = piped.subscribe();
    expect(seen).toEqual([[subscription, source]]);
  });

  test('passes a Subscriber with next, error, complete and add, whose own methods are the ones that are called', () => {
    const calls: string[] = [];
    const observable = new Observable<number>((subscriber) => {
      for (const key of ['next', 'error', 'complete', 'add'] as const) expect(typeof subscriber[key]).toBe('function');
      const { next } = subscriber;
      subscriber.next = function (value) {
        calls.push('next');
        next.call(this, value);
      };
      subscriber.add(() => calls.push('teardown'));
      subscriber.next(1);
      subscriber.complete();
    });
    observable.subscribe();
    expect(calls).toEqual(['next', 'teardown']);
  });
});

describe('a version of rxjs with other internal members', () => {
  const traces = recordTraces();
  const warnings: string[] = [];
  beforeAll(() => {
    const noop = (): void => {};
    diag.setLogger({ warn: (text) => void warnings.push(text), error: noop, info: noop, debug: noop, verbose: noop });
  });
  afterEach(() => {
    warnings.length = 0;
    traces.clear();
    diagnostics.messages.clear();
  });
  afterAll(() => {
    traces.stop();
    diag.disable();
  });

  class Stock {
    constructor(private readonly source: Observable<number>) {}
    @Traced()
    levels(): Observable<number> {
      return this.source;
    }
  }

  test('that has no _subscribe: values arrive, the span ends with the call, and one warning is logged', async () => {
    const prototype = Observable.prototype as unknown as Internals;
    const removed = prototype._subscribe!;
    const observable = of(7);
    const produce = internals(observable)._subscribe!;
    delete internals(observable)._subscribe;
    internals(observable)._trySubscribe = produce;
    delete prototype._subscribe;
    try {
      const stock = new Stock(observable);
      const levels = stock.levels();
      expect(traces.spans().map(({ name }) => name)).toEqual(['Stock.levels']);
      expect(await lastValueFrom(levels)).toBe(7);
      expect(await lastValueFrom(new Stock(levels).levels())).toBe(7);
    } finally {
      prototype._subscribe = removed;
    }
    expect(traces.spans().map(({ status }) => status.code)).toEqual(['UNSET', 'UNSET']);
    expect(warnings).toEqual([
      'fc-traced: an Observable has neither operator nor _subscribe, which rxjs 7 has; its span ends when the method returns',
    ]);
  });

  test.each([
    [
      'has no add',
      (sink: Subscriber<unknown>) => ({
        next: (value: unknown) => sink.next(value),
        error: (error: unknown) => sink.error(error),
        complete: () => sink.complete(),
      }),
    ],
    [
      'is frozen',
      (sink: Subscriber<unknown>) =>
        Object.freeze({
          next: (value: unknown) => sink.next(value),
          error: (error: unknown) => sink.error(error),
          complete: () => sink.complete(),
          add: () => {},
        }),
    ],
  ])(
    'whose Subscriber %s: values arrive, the span ends at the subscription, and one warning is logged',
    async (_, sinkOf) => {
      const observable = new Observable<number>((subscriber) => {
        subscriber.next(7);
        subscriber.complete();
      });
      internals(observable)._trySubscribe = function (this: Internals, sink) {
        return this._subscribe!(sinkOf(sink) as never);
      };
      const levels = new Stock(observable).levels();
      expect(traces.spans()).toEqual([]);
      expect(await lastValueFrom(levels)).toBe(7);
      expect(traces.spans().map(({ name, events, status }) => [name, events, status.code])).toEqual([
        ['Stock.levels', [], 'UNSET'],
      ]);
      expect(warnings).toEqual([
        'fc-traced: rxjs does not pass a Subscriber with next, error, complete and add as expected; the span of an ' +
          'Observable ends when it is subscribed to',
      ]);
    },
  );
});
