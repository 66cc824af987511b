import { createHandler, Handler, InjectContext, Service } from 'fc-traced';
import type { FcContext } from 'fc-traced';
import { fakeFcContext, invoke } from 'fc-traced/testing';
import { setTimeout as pause } from 'node:timers/promises';

let created = 0;
@Service({ scope: 'invocation' })
class Cart {
  readonly id = (created += 1);
  readonly items: string[] = [];
  constructor(@InjectContext() readonly context: FcContext) {}
}
@Service()
class Adds {
  constructor(readonly cart: Cart) {}
  add(item: string): void {
    this.cart.items.push(item);
  }
}
@Handler()
class Shop {
  constructor(
    readonly one: Adds,
    readonly two: Adds,
    readonly cart: Cart,
  ) {}
  async handle({ item }: { item: string }): Promise<unknown> {
    this.one.add(item);
    await pause(item.length);
    this.two.add(item.toUpperCase());
    return [this.cart.items, this.cart.context.requestId];
  }
}

test('an invocation-scoped service is one object within an invocation, and another in the next', async () => {
  const { handler } = createHandler(Shop);
  created = 0;
  expect(await invoke(handler, { item: 'cup' }, fakeFcContext({ requestId: 'r1' }))).toEqual([['cup', 'CUP'], 'r1']);
  expect(await invoke(handler, { item: 'pot' }, fakeFcContext({ requestId: 'r2' }))).toEqual([['pot', 'POT'], 'r2']);
  expect(created).toBe(2);
});

test('concurrent invocations do not share it', async () => {
  const { handler } = createHandler(Shop);
  const items = ['a', 'bb', 'ccc', 'dddd'];
  const answers = await Promise.all(items.map((item) => invoke(handler, { item }, fakeFcContext({ requestId: item }))));
  expect(answers).toEqual(items.map((item) => [[item, item.toUpperCase()], item]));
});

test('initialize does not create it', async () => {
  created = 0;
  await createHandler(Shop).initialize(fakeFcContext());
  expect(created).toBe(0);
});
