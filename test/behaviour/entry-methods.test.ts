import { createHandler, Handler } from 'fc-traced';
import { expectTrace, fakeFcContext, invoke, recordTraces } from 'fc-traced/testing';

const traces = recordTraces();
afterEach(() => traces.clear());
afterAll(() => traces.stop());

@Handler({ name: 'orders' })
class Orders {
  @Handler()
  ship(event: { id: number }): string {
    return `shipped ${event.id}`;
  }
  @Handler({ name: 'order cancellation' })
  cancel(): string {
    return 'cancelled';
  }
  helper(): string {
    return 'helper';
  }
}

test('each method with @Handler() becomes a function under its name, in addition to the hooks', () => {
  expect(Object.keys(createHandler(Orders)).sort()).toEqual(['cancel', 'initialize', 'preFreeze', 'preStop', 'ship']);
});

test('each function runs its method, with the span name of the method, else of the class', async () => {
  const { ship, cancel } = createHandler(Orders, { entries: ['ship', 'cancel'] });
  expect(await invoke(ship, { id: 7 })).toBe('shipped 7');
  expect(await invoke(cancel, { id: 7 })).toBe('cancelled');
  expect(traces.spans().map(({ name }) => name)).toEqual(['orders', 'order cancellation']);
});

test('if only one method has @Handler(), it is also available as `handler`', async () => {
  class Single {
    @Handler() run(): string {
      return 'run';
    }
  }
  const functions = createHandler(Single);
  expect(Object.keys(functions).sort()).toEqual(['handler', 'initialize', 'preFreeze', 'preStop', 'run']);
  expect(await invoke(functions.handler!)).toBe('run');
});

test('with other methods with @Handler(), `handle` is still available as `handler`', async () => {
  @Handler()
  class Both {
    handle(): string {
      return 'handle';
    }
    @Handler() other(): string {
      return 'other';
    }
  }
  const functions = createHandler(Both);
  expect([await invoke(functions.handler), await invoke(functions.other!)]).toEqual(['handle', 'other']);
});

test('a method `handler` with @Handler() is available under its name, also if there is a method `handle`', async () => {
  @Handler()
  class Named {
    handle(): string {
      return 'handle';
    }
    @Handler() handler(): string {
      return 'handler';
    }
  }
  expect(await invoke(createHandler(Named).handler)).toBe('handler');
});

test('with the option entries, there are exactly these functions, decorated or not, and the hooks', async () => {
  @Handler({ name: 'orders' })
  class Plain {
    handle(): string {
      return 'handle';
    }
    ship(): string {
      return 'ship';
    }
    @Handler({ name: 'cancellation' }) cancel(): string {
      return 'cancel';
    }
    @Handler() refund(): string {
      return 'refund';
    }
  }
  const functions = createHandler(Plain, { entries: ['ship', 'cancel'] });
  expect(Object.keys(functions).sort()).toEqual(['cancel', 'initialize', 'preFreeze', 'preStop', 'ship']);
  expect([await invoke(functions.ship), await invoke(functions.cancel)]).toEqual(['ship', 'cancel']);
  expect(traces.spans().map(({ name }) => name)).toEqual(['orders', 'cancellation']);
});

test('an entry that does not exist or has the name of a hook is an error', () => {
  class Loose {
    ship(): void {}
    preStop(): void {}
  }
  const create = (entries: string[]) => () => createHandler(Loose, { entries: entries as never[] });
  expect(create(['send'])).toThrow('Loose has no method "send": add it');
  expect(create(['preStop'])).toThrow(
    'The option entries names Loose.preStop, but createHandler returns a lifecycle hook with that name: rename the method.',
  );
  expect(create([''])).toThrow(
    'Option "entries" of createHandler(Loose) must be an array of method names; item 0 is "".',
  );
});

test('the entry method can be set on the class, and overridden by createHandler', async () => {
  @Handler({ method: 'run' })
  class Named {
    run(): string {
      return 'run';
    }
    walk(): string {
      return 'walk';
    }
  }
  expect(await invoke(createHandler(Named).handler!)).toBe('run');
  expect(await invoke(createHandler(Named, { method: 'walk' }).handler)).toBe('walk');
});

test('the entry method is inherited and calls overridden methods; one that is overridden without @Handler() is not an entry method', async () => {
  class Base {
    word(): string {
      return 'base';
    }
    handle(): string {
      return this.word();
    }
    @Handler() other(): string {
      return 'base other';
    }
  }
  @Handler()
  class Derived extends Base {
    override word(): string {
      return 'derived';
    }
    override other(): string {
      return 'derived other';
    }
  }
  expect(await invoke(createHandler(Derived).handler)).toBe('derived');
  expect(Object.keys(createHandler(Derived))).not.toContain('other');
});

test('an undecorated class can be a handler, and without a name the span has the name of the function', async () => {
  class Plain {
    handle(): string {
      return 'plain';
    }
  }
  expect(await invoke(createHandler(Plain).handler, {}, fakeFcContext({ function: { name: 'my-function' } }))).toBe(
    'plain',
  );
  await invoke(createHandler(Plain, { name: 'from code' }).handler);
  expect(traces.spans().map(({ name }) => name)).toEqual(['my-function', 'from code']);
});

test('each invocation gets a new handler instance', async () => {
  @Handler()
  class Counting {
    private count = 0;
    handle(): number {
      return (this.count += 1);
    }
  }
  const { handler } = createHandler(Counting);
  expect([await invoke(handler), await invoke(handler)]).toEqual([1, 1]);
  expectTrace(traces.last()).toMatchTree('test-function');
});
