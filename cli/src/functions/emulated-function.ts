import type { IncomingMessage, ServerResponse } from 'node:http';
import type { InstanceOptions, ServerOptions } from '../emulator/function-options';
import type { InvocationResult, InvokeOptions } from '../emulator/invocation';
import type { TracingConfig } from '../emulator/platform-spans';
import { ScaledFunction } from '../emulator/scaled-function';
import { startServer } from '../emulator/server-instance';
import { isServer } from './function-spec';
import type { FunctionSpec } from './function-spec';
import { prepareFunction } from './prepare-function';

/** A function of the project that can be called. */
export interface EmulatedFunction {
  readonly spec: FunctionSpec;
  /** What the developer should know about how the function runs here. */
  readonly notes: readonly string[];
  /** The module of the handler; `undefined` for a server. */
  readonly module: string | undefined;
  invoke(event: unknown, options?: InvokeOptions): Promise<InvocationResult>;
  /** Only of a server. */
  http?(request: IncomingMessage, response: ServerResponse): Promise<InvocationResult>;
  /** Lets all frozen instances go on, so that work that missed the freeze can finish. */
  thaw(): Promise<void>;
  preStop(): Promise<void>;
  delivered(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** How the functions of a command run. */
export interface EmulationOptions {
  readonly tracing: TracingConfig | undefined;
  readonly onLog: (line: string) => void;
  readonly onThaw: (traceIds: readonly string[]) => void;
  /** The most instances of a function. Default: as many as concurrent calls. */
  readonly maxInstances?: number;
  /** The port of a debugger that the instance waits for. */
  readonly inspectPort?: number | undefined;
}

function emulatedServer(spec: FunctionSpec, options: EmulationOptions): EmulatedFunction {
  const { name, codeDir, handler, memorySize, env, timeout, instanceConcurrency, initializer, preStop } = spec;
  const settings: ServerOptions = {
    command: spec.command ?? ['/bin/sh', 'bootstrap'],
    codeDir,
    functionName: name,
    handler,
    memorySize,
    env,
    timeout,
    instanceConcurrency,
    initializer: initializer !== undefined,
    freeze: true,
    ...(options.tracing && { tracing: options.tracing }),
    onLog: options.onLog,
    onThaw: options.onThaw,
  };
  const server = startServer(settings);
  return {
    spec,
    notes: [],
    module: undefined,
    invoke: (event, invokeOptions) => server.invoke(event, invokeOptions),
    http: (request, response) => server.http(request, response),
    thaw: async () => server.thaw(),
    preStop: async () => {
      if (preStop !== undefined) await server.preStop();
    },
    delivered: () => server.delivered(),
    stop: () => server.stop(),
    kill: () => server.kill(),
  };
}

/**
 * Creates the instances of a function on demand. Throws a `UsageError` if the function cannot be run, and a `TypeError`
 * for settings that FC refuses.
 */
export function emulateFunction(spec: FunctionSpec, options: EmulationOptions): EmulatedFunction {
  if (isServer(spec)) return emulatedServer(spec, options);
  const { notes, module, ...prepared } = prepareFunction(spec);
  const settings: InstanceOptions = {
    ...prepared,
    ...(options.inspectPort !== undefined && { inspectPort: options.inspectPort }),
    functionName: spec.name,
    memorySize: spec.memorySize,
    env: spec.env,
    timeout: spec.timeout,
    generation: spec.generation,
    handlerStyle: spec.generation === '2.0' ? 'callback' : 'auto',
    optionalHooks: spec.optionalHooks,
    // A debugger cannot talk to a stopped process.
    freeze: options.inspectPort === undefined,
    ...(options.tracing && { tracing: options.tracing }),
    onLog: options.onLog,
    onThaw: options.onThaw,
  };
  const scaled = new ScaledFunction(settings, options.maxInstances);
  return {
    spec,
    notes,
    module,
    invoke: (event, invokeOptions) => scaled.invoke(event, invokeOptions),
    thaw: () => scaled.thaw(),
    preStop: () => scaled.preStop(),
    delivered: () => scaled.delivered(),
    stop: () => scaled.stop(),
    kill: () => scaled.kill(),
  };
}
