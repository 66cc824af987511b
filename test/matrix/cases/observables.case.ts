import { Traced } from 'fc-traced';
import assert from 'node:assert/strict';
import { EMPTY, firstValueFrom, from, interval, Observable, of, Subject, throwError, timer } from 'rxjs';
import { map, mergeMap, shareReplay, take, tap, toArray } from 'rxjs/operators';
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

check('an Observable is returned unchanged and does nothing before it is subscribed to', async () => {
  const source = new Observable<number>(() => mark('work'));
  const feed = new Feed();
  assert.equal(feed.pass(source), source);
  assert.ok(feed.cold() instanceof Observable);
  await pause();
  assert.deepEqual(ended(), []);
});

check('an Observable runs with the span of the call active, and its consumer without it', async () => {
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

check('the subscriber of an Observable runs outside of the span, with a sync and with an async source', async () => {
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

check('each subscription to a cold Observable has its own span', async () => {
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

check('operators run with the span active', async () => {
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

check('an error of an Observable reaches the subscriber and marks the span as failed', async () => {
  const reason = new RangeError('feed gone');
  await assert.rejects(firstValueFrom(new Feed().pass(throwError(() => reason))), (error) => error === reason);
  assert.deepEqual(span('Feed.pass').status, { code: 'ERROR', message: 'feed gone' });
});

check(
  'an error that an Observable throws when it is subscribed to reaches the subscriber and marks the span as failed',
  async () => {
    const source = new Observable(() => {
      throw new RangeError('no feed');
    });
    await assert.rejects(firstValueFrom(new Feed().pass(source)), { message: 'no feed' });
    assert.equal(span('Feed.pass').status.code, 'ERROR');
  },
);

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

check('the spans of sync and of empty sources end during the subscription', () => {
  const seen: number[] = [];
  new Feed().pass(of(1, 2)).subscribe((value) => seen.push(value));
  new Feed().pass(from([3])).subscribe((value) => seen.push(value));
  new Feed().pass(EMPTY).subscribe();
  assert.deepEqual(seen, [1, 2, 3]);
  assert.equal(spansOf('Feed.pass'), 3);
});

check('a shareReplay source runs once, and each subscription has its own span', async () => {
  const feed = new Feed();
  const shared = feed.pass(feed.shared);
  assert.deepEqual(await Promise.all([firstValueFrom(shared), firstValueFrom(shared)]), [0, 0]);
  await firstValueFrom(shared);
  assert.equal(feed.subscriptions, 1);
  assert.equal(spansOf('Feed.pass'), 3);
});

check('a Subject stays a Subject, for its producer and its subscribers', () => {
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

check('a Subject that is returned by 100 calls has one span per subscription, not 100', () => {
  const feed = new Feed();
  for (let call = 0; call < 100; call += 1) feed.pass(subject);
  assert.equal(spansOf('Feed.pass'), 99);
  subject.subscribe().unsubscribe();
  subject.subscribe().unsubscribe();
  assert.equal(spansOf('Feed.pass'), 101);
});

check('an Observable that two traced methods return ends both spans with the subscription', async () => {
  await firstValueFrom(new Feed().outer(timer(1)));
  tree(`
    Feed.outer
      Feed.pass
  `);
});

check('the span of a promise of an Observable ends with the subscription', async () => {
  const source = await new Feed().later();
  assert.deepEqual(ended(), []);
  source.subscribe();
  assert.deepEqual(ended(), ['Feed.later']);
});

check('an Observable that is never subscribed to is abandoned when the invocation ends', async () => {
  await invocation(() => void new Feed().cold());
  assert.deepEqual(events('Feed.cold'), ['fc_traced.abandoned']);
});

check('the span of a subscription in a later invocation belongs to that invocation', async () => {
  await invocation(() => firstValueFrom(new Feed().kept()));
  traces.clear();
  await invocation(() => firstValueFrom(kept));
  tree(`
    invocation
      Feed.kept
  `);
});
