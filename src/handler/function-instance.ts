import type { FcContext } from '../fc/context';
import { detectTrigger } from '../fc/detect-trigger';
import { decodeEvent } from '../fc/event';
import type { Entry, HandlerDefinition } from './entries';
import type { IncomingCall } from './incoming-call';
import { InvocationRunner } from './invocation-runner';
import type { Work } from './invocation-runner';
import { ScopeFactory } from './scope';
import type { Scope } from './scope';

/** A handler class in one instance of the function: what it keeps between invocations, and the way of each one through. */
export class FunctionInstance {
  private readonly runner: InvocationRunner;
  private readonly scopes: ScopeFactory;

  constructor(definition: HandlerDefinition) {
    this.runner = new InvocationRunner(definition.options, definition.handlerClass.name);
    this.scopes = new ScopeFactory(definition.handlerClass, definition.options.container);
  }

  /** Builds the container, and loads what a recorded invocation will need. Rejects with the developer's mistake, if there is one. */
  async initialize(context: FcContext): Promise<void> {
    this.runner.prepare(context, () => this.scopes.prepare());
  }

  /** One invocation: from FC's bytes to the answer, its trace delivered before. Settles as the entry method does. */
  async invoke(entry: Entry, bytes: unknown, context: FcContext): Promise<unknown> {
    const event = decodeEvent(bytes);
    const trigger = detectTrigger(event);
    const call: IncomingCall = { event, context, trigger: trigger.faasTrigger, headers: trigger.headers?.(event), spanName: entry.spanName };
    return this.runner.run(call, this.workOf(entry, call));
  }

  /** Delivers what is still held. Never rejects. */
  async flush(): Promise<void> {
    await this.runner.flush();
  }

  /** The entry method of a handler that is made for this invocation, with all it needs. */
  private workOf(entry: Entry, { event, context }: IncomingCall): Work<unknown> {
    let scope: Scope | undefined;
    return {
      run: async ({ invocation }) => {
        scope = this.scopes.open(invocation);
        const handler = scope.resolveHandler() as Record<string, (event: unknown, context: FcContext) => unknown>;
        return handler[entry.method]!(event, context);
      },
      close: async (timeoutMillis) => scope?.dispose(timeoutMillis),
    };
  }
}
