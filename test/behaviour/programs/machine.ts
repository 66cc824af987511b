import { isForward } from './program';
import type { Call, Step } from './program';
import { ProgramError } from './run';
import type { Run } from './run';

/** The requests of a body to its driver: to await a promise, or to yield an item. */
class Await {
  constructor(readonly promise: unknown) {}
}
class Item {
  constructor(readonly value: string) {}
}
type Body<T = unknown> = Generator<Await | Item, T, unknown>;
type AnyIterator = Generator<unknown> | AsyncGenerator<unknown>;
type Method = (call: Call, task: string) => unknown;
type Decorate = (target: object, key: string, descriptor: PropertyDescriptor) => PropertyDescriptor | void;

export interface Machine {
  /** Executes a program to its end. */
  execute(root: Call): Promise<void>;
}

async function driveAsync(body: Body): Promise<unknown> {
  let step = body.next();
  while (!step.done) {
    let sent: unknown;
    try {
      sent = await (step.value as Await).promise;
    } catch (error) {
      step = body.throw(error);
      continue;
    }
    step = body.next(sent);
  }
  return step.value;
}

const isAsyncKind = ({ kind }: Call): boolean => kind === 'async' || kind === 'promise' || kind === 'asyncGenerator';
const isGeneratorKind = ({ kind }: Call): boolean => kind === 'generator' || kind === 'asyncGenerator';
const isIterator = (value: unknown): value is AnyIterator =>
  typeof value === 'object' && value !== null && 'next' in value;
const isAsync = (value: unknown): boolean =>
  value instanceof Promise || (isIterator(value) && Symbol.asyncIterator in value);
const kindOf = (value: unknown): string => Object.prototype.toString.call(value);

/** Returns a class whose decorated methods interpret a program. `decorate` is called with the kind of each method. */
export function machineWith(decorate: (kind: string) => Decorate): new (run: Run) => Machine {
  class Program implements Machine {
    constructor(private readonly run: Run) {}

    @decorate('sync')
    sync(call: Call, task: string): unknown {
      return this.body(call, task).next().value;
    }
    @decorate('promise')
    promise(call: Call, task: string): Promise<unknown> {
      return driveAsync(this.body(call, task));
    }
    @decorate('async')
    async async(call: Call, task: string): Promise<unknown> {
      return driveAsync(this.body(call, task));
    }
    @decorate('generator')
    *generator(call: Call, task: string): Generator<unknown> {
      return yield* this.body(call, task);
    }
    @decorate('asyncGenerator')
    async *asyncGenerator(call: Call, task: string): AsyncGenerator<unknown> {
      const body = this.body(call, task);
      try {
        let step = body.next();
        while (!step.done) {
          const request = step.value;
          let sent: unknown;
          try {
            sent = request instanceof Await ? await request.promise : yield request;
          } catch (error) {
            step = body.throw(error);
            continue;
          }
          step = body.next(sent);
        }
        return step.value;
      } finally {
        body.return(undefined);
      }
    }
    @decorate('forward')
    forward(call: Call, task: string): unknown {
      return this.start(call.inner, call.id, task);
    }
    @decorate('asyncForward')
    async asyncForward(call: Call, task: string): Promise<unknown> {
      await Promise.resolve();
      return this.start(call.inner, call.id, task);
    }

    async execute(root: Call): Promise<void> {
      await driveAsync(this.make({ ...root, caught: true }, { id: 0, isAsync: true }, 'main'));
      await this.run.settle();
    }

    private start(call: Call, caller: number, task: string): unknown {
      this.run.called(call, caller);
      const value = (this[call.kind] as Method)(call, task);
      if (call.kind === 'generator' && Object.getPrototypeOf(value) !== this.generator.prototype) {
        throw new ProgramError('a generator of another method');
      }
      return value;
    }

    /** The body of a method, independent of its kind. */
    private *body(call: Call, task: string): Body {
      this.run.entered(task, call.id);
      this.run.at(call.id);
      try {
        for (const step of call.body) {
          if (step.do === 'return') return `early ${call.id}`;
          yield* this.step(step, call, task);
          this.run.at(call.id);
        }
        return `value ${call.id}`;
      } finally {
        this.run.at(call.id);
        this.run.log(task, `leave ${call.id}`);
        if (call.lingers && call.kind === 'generator') yield new Item(`last ${call.id}`);
      }
    }

    private *step(step: Step, call: Call, task: string): Body<void> {
      const caller = { id: call.id, isAsync: isAsyncKind(call) };
      if (step.do === 'throw') throw this.run.toThrow(step.what, call.id);
      if (step.do === 'wait' && caller.isAsync) yield new Await(Promise.resolve());
      if (step.do === 'yield' && isGeneratorKind(call)) yield* this.yieldItem(step.guarded, call, task);
      if (step.do === 'delegate' && call.kind === 'generator') {
        return yield* this.delegate({ ...step.call, kind: 'generator' }, call, task);
      }
      if (step.do === 'call' || step.do === 'delegate') yield* this.make(step.call, caller, task);
      if (step.do === 'together' && caller.isAsync) {
        yield new Await(
          Promise.all(
            step.calls.map((branch) => driveAsync(this.make({ ...branch, caught: true }, caller, `task ${branch.id}`))),
          ),
        );
      }
    }

    private *yieldItem(guarded: boolean, { id }: Call, task: string): Body<void> {
      try {
        this.run.log(task, `sent ${String(yield new Item(`item ${id}`))}`);
      } catch (error) {
        this.run.log(task, `thrown into ${id}: ${this.run.show(error)}`);
        if (!guarded) throw error;
      }
    }

    private *delegate(child: Call, { id }: Call, task: string): Body<void> {
      let outcome: 'cancelled' | 'returned' | 'threw' = 'cancelled';
      const generator = this.start(child, id, task) as Body;
      try {
        this.run.log(task, `delegated ${String(yield* generator)}`);
        outcome = 'returned';
      } catch (error) {
        outcome = 'threw';
        throw error;
      } finally {
        this.run.ended(child, outcome);
      }
    }

    /** Makes a call and waits for its end, or detaches it if the caller cannot wait. */
    private *make(call: Call, caller: { readonly id: number; readonly isAsync: boolean }, task: string): Body<void> {
      const ownTask = `task ${call.id}`;
      const mayDetach = !caller.isAsync && !isPlain(call);
      let value: unknown;
      try {
        value = this.start(call, caller.id, mayDetach ? ownTask : task);
        this.run.log(task, `${call.id} returned ${kindOf(value)}`);
        this.run.at(caller.id);
        if (!caller.isAsync && isAsync(value)) {
          this.run.detach(
            driveAsync(this.finish(call, value, { ...caller, task: ownTask })).then(
              () => {},
              (error: unknown) => this.run.log(ownTask, `failed: ${this.run.show(error)}`),
            ),
          );
          return;
        }
        yield* this.finish(call, value, { ...caller, task });
      } catch (error) {
        if (value === undefined) this.run.ended(call, 'threw');
        this.run.log(task, `caught ${this.run.show(error)}`);
        if (!call.caught) throw error;
      }
    }

    private *finish(call: Call, returned: unknown, caller: { readonly id: number; readonly task: string }): Body<void> {
      let value = returned;
      try {
        if (value instanceof Promise) {
          value = yield new Await(value);
          this.run.at(caller.id);
          this.run.log(caller.task, `${call.id} returned ${kindOf(value)}`);
        }
        if (!isIterator(value)) {
          this.run.log(caller.task, `${call.id} returned ${String(value)}`);
          this.run.ended(call, 'returned');
        } else yield* this.consume(value, call, caller);
      } catch (error) {
        this.run.ended(call, 'threw');
        throw error;
      }
    }

    private *consume(
      iterator: AnyIterator,
      call: Call,
      { id, task }: { readonly id: number; readonly task: string },
    ): Body<void> {
      const { run } = this;
      const { use, take } = creatorOf(call);
      const step = function* (result: unknown): Generator<Await, boolean, unknown> {
        const { done, value } = (
          result instanceof Promise ? yield new Await(result) : result
        ) as IteratorResult<unknown>;
        run.at(id);
        run.log(task, `${done ? 'done' : 'next'} ${value instanceof Item ? value.value : String(value)}`);
        return done === true;
      };
      for (let index = 0; use === 'drain' || index < take; index += 1) {
        if (yield* step(iterator.next(`argument ${index}`))) return this.run.ended(call, 'returned');
      }
      if (use === 'break' && (yield* step(iterator.return(`return ${id}`)))) this.run.ended(call, 'cancelled');
      if (use === 'throw' && (yield* step(iterator.throw(this.run.toThrow('error', call.id, true))))) {
        this.run.ended(call, 'returned');
      }
    }
  }
  return Program;
}

/** Returns the call that creates the value that a call returns. */
function creatorOf(call: Call): Call {
  return isForward(call) ? creatorOf(call.inner) : call;
}

/** Returns whether a call ends before it returns or returns a sync generator, so that it needs no separate task. */
function isPlain(call: Call): boolean {
  return (
    call.kind !== 'asyncForward' &&
    (call.kind === 'forward' ? isPlain(call.inner) : call.kind === 'sync' || call.kind === 'generator')
  );
}
