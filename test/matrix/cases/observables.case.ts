import assert from 'node:assert/strict';
import { EMPTY, firstValueFrom, from, interval, Observable, of, Subject, throwError, timer } from 'rxjs';
import { map, mergeMap, shareReplay, take, tap, toArray } from 'rxjs/operators';
import { Traced } from 'fc-traced';
import { check, ended, events, invocation, mark, pause, span, traces, tree } from '../check';

const subject = new Subject<number>();
const kept = timer(1).pipe(map(() => 5));

class Feed {
  subscriptions = 0;
  readonly shared = timer(1).pipe(
    tap(() => this.subscriptions++),
    shareReplay(1),
  );

  @Traced()
  cold(): Observable<number> {
    return new Observable((subscriber) => {
      mark('work');
      subscriber.next(1);
      subscriber.next(2);
      subscriber.complete();
    });
  }

  @Traced()
  pass<O>(source: O): O {
    return source;
  }

  @Traced()
  outer<T>(source: Observable<T>): Observable<T> {
    return this.pass(source);
  }

  @Traced()
  async later(): Promise<Observable<number>> {
    await pause();
    return of(1);
  }

  @Traced()
  kept(): Observable<number> {
    return kept;
  }
}

const spansOf = (name: string): number => ended().filter((each) => each === name).length;

check('an Observable is the very object and does nothing before it is subscribed to', async () => {
  const source = new Observable<number>(() => mark('work'));
  const feed = new Feed();
  assert.equal(feed.pass(source), source);
  assert.ok(feed.cold() instanceof Observable);
  await pause();
  assert.deepEqual(ended(), []);
});

check('what an Observable does when subscribed to is under the span of the call, what follows it is not', async () => {
  await invocation(async () => {
    assert.deepEqual(await firstValueFrom(new Feed().cold().pipe(toArray())), [1, 2]);
    mark('consumer');
  });
  tree(`
    invocation
      Feed.cold
        work
      consumer
  `);
});

check('nothing of an Observable leaks into its subscriber, of a sync source as of an async one', async () => {
  await invocation(async () => {
    new Feed().cold().subscribe({ next: (value) => mark(`sync ${value}`), complete: () => mark('sync end') });
    await new Promise<void>((resolve) =>
      new Feed().pass(timer(1)).subscribe({ next: () => mark('async'), complete: resolve }),
    );
  });
  tree(`
    invocation
      Feed.cold
        work
      sync 1
      sync 2
      sync end
      Feed.pass
      async
  `);
});

check('each subscription to a cold Observable makes a span of its own', async () => {
  await invocation(async () => {
    const cold = new Feed().cold();
    cold.subscribe();
    cold.subscribe();
    await firstValueFrom(cold);
  });
  tree(`
    invocation
      Feed.cold
        work
      Feed.cold
        work
      Feed.cold
        work
  `);
});

check('what is made by an operator runs under the span, too', async () => {
  const source = of(1, 2).pipe(
    mergeMap((value) =>
      timer(1).pipe(
        map(() => {
          mark(`mapped ${value}`);
          return value;
        }),
      ),
    ),
    toArray(),
  );
  assert.deepEqual(await firstValueFrom(new Feed().pass(source)), [1, 2]);
  tree(`
    Feed.pass
      mapped 1
      mapped 2
  `);
});

check('an Observable that fails gives its error to the subscriber and marks the span', async () => {
  const reason = new RangeError('feed gone');
  await assert.rejects(firstValueFrom(new Feed().pass(throwError(() => reason))), (error) => error === reason);
  assert.deepEqual(span('Feed.pass').status, { code: 'ERROR', message: 'feed gone' });
});

check('an Observable whose work throws gives that error to the subscriber and marks the span', async () => {
  const source = new Observable(() => {
    throw new RangeError('no feed');
  });
  await assert.rejects(firstValueFrom(new Feed().pass(source)), { message: 'no feed' });
  assert.equal(span('Feed.pass').status.code, 'ERROR');
});

check('take and unsubscribe end the span as cancelled', async () => {
  const feed = new Feed();
  assert.deepEqual(await firstValueFrom(feed.pass(interval(1)).pipe(take(2), toArray())), [0, 1]);
  assert.deepEqual(events('Feed.pass'), ['fc_traced.cancelled']);
  traces.clear();
  const subscription = feed.pass(interval(1)).subscribe();
  assert.deepEqual(ended(), []);
  subscription.unsubscribe();
  assert.ok(subscription.closed);
  assert.deepEqual(events('Feed.pass'), ['fc_traced.cancelled']);
});

check('sync sources and empty ones end their span in the subscription', () => {
  const seen: number[] = [];
  new Feed().pass(of(1, 2)).subscribe((value) => seen.push(value));
  new Feed().pass(from([3])).subscribe((value) => seen.push(value));
  new Feed().pass(EMPTY).subscribe();
  assert.deepEqual(seen, [1, 2, 3]);
  assert.equal(spansOf('Feed.pass'), 3);
});

check('a shareReplay source is run once, and each subscription has its span', async () => {
  const feed = new Feed();
  const shared = feed.pass(feed.shared);
  assert.deepEqual(await Promise.all([firstValueFrom(shared), firstValueFrom(shared)]), [0, 0]);
  await firstValueFrom(shared);
  assert.equal(feed.subscriptions, 1);
  assert.equal(spansOf('Feed.pass'), 3);
});

check('a Subject stays one, for those who put in and those who listen', () => {
  const feed = new Feed();
  const seen: number[] = [];
  const own = feed.pass(new Subject<number>());
  own.subscribe((value) => seen.push(value));
  own.next(1);
  assert.ok(own instanceof Subject && own.observed);
  own.complete();
  assert.deepEqual(seen, [1]);
  assert.deepEqual([ended(), events('Feed.pass')], [['Feed.pass'], []]);
});

check('a Subject returned by each of 100 calls gives one span to each subscription, not 100', () => {
  const feed = new Feed();
  for (let call = 0; call < 100; call += 1) feed.pass(subject);
  assert.equal(spansOf('Feed.pass'), 99);
  subject.subscribe().unsubscribe();
  subject.subscribe().unsubscribe();
  assert.equal(spansOf('Feed.pass'), 101);
});

check('an Observable that passes through two traced methods ends both spans with the subscription', async () => {
  await firstValueFrom(new Feed().outer(timer(1)));
  tree(`
    Feed.outer
      Feed.pass
  `);
});

check('a promise of an Observable lasts until that is subscribed to and over', async () => {
  const source = await new Feed().later();
  assert.deepEqual(ended(), []);
  source.subscribe();
  assert.deepEqual(ended(), ['Feed.later']);
});

check('an Observable that nobody subscribes to is told as abandoned when the invocation ends', async () => {
  await invocation(() => void new Feed().cold());
  assert.deepEqual(events('Feed.cold'), ['fc_traced.abandoned']);
});

check(
  'a subscription in a later invocation is told in that one, to an Observable that an earlier one got',
  async () => {
    await invocation(() => firstValueFrom(new Feed().kept()));
    traces.clear();
    await invocation(() => firstValueFrom(kept));
    tree(`
    invocation
      Feed.kept
  `);
  },
);
