import { dirname, resolve } from 'node:path';
import type { Cleanup } from '../cleanup';
import { startHttpTrigger } from '../emulator/http-trigger';
import { startInvokeApi } from '../emulator/invoke-api';
import { emulateFunction } from '../functions/emulated-function';
import type { EmulatedFunction } from '../functions/emulated-function';
import { isServer } from '../functions/function-spec';
import type { FunctionSpec } from '../functions/function-spec';
import type { OptionValues } from '../options';
import { startOnPort } from '../traces/open-viewer';
import type { ReceivedTraces } from '../traces/received-traces';
import { paint, print, printError } from '../terminal';
import { UsageError } from '../usage-error';
import { DevFunction } from './dev-function';
import { DevCallPrinter } from './print-dev-calls';
import { startTimers, timersOf } from './timers';
import { triggerRequests } from './trigger-requests';
import { watchCode } from './watch-code';

/** The options of `dev`. */
export type DevValues = Pick<
  OptionValues,
  'port' | 'viewer-port' | 'store' | 'sample' | 'no-tracing' | 'inspect' | 'timers' | 'open'
>;

const DEFAULT_PORT = 9000;

const NOT_LIKE_THE_CLOUD = `not like the cloud: one instance per function, so calls wait for each other on built-in runtimes; your
Node.js, files and network; fake credentials; asynchronous calls are not retried; tracing is on, whatever s.yaml says`;

/** Starts a server on a port, or on the next free one if the port was not asked for. */
async function onPort<T>(start: (port: number) => Promise<T>, port: number, isFixed: boolean): Promise<T> {
  for (let candidate = port; ; candidate += 1) {
    try {
      return await start(candidate);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      if (isFixed || candidate >= port + 100) throw new UsageError(`the port ${candidate} is in use`, { cause: error });
    }
  }
}

const hasHttpTrigger = (spec: FunctionSpec): boolean =>
  isServer(spec) || spec.triggers.length === 0 || spec.triggers.some(({ type }) => type === 'http');

/** Returns a function that starts the function at a position of `s.yaml`. */
function functionFactory(traces: ReceivedTraces, printer: DevCallPrinter, values: DevValues) {
  const notes = new Set<string>();
  return (spec: FunctionSpec, index: number): EmulatedFunction => {
    const created = emulateFunction(spec, {
      tracing: values['no-tracing']
        ? undefined
        : {
            endpoint: traces.endpoint,
            sampled: () => Math.random() * 100 < values.sample,
            onSpans: traces.addPlatformSpans,
          },
      onLog: (line) => {
        printer.log(spec.name, line);
        traces.addLogLine(line, spec.name);
      },
      onThaw: traces.thawed,
      maxInstances: 1,
      inspectPort: values.inspect === undefined ? undefined : values.inspect + index,
    });
    for (const note of created.notes.filter((one) => !notes.has(one))) {
      notes.add(note);
      printError(`${paint('yellow', 'note')}  ${note}`);
    }
    return created;
  };
}

/** Serves functions until the command is interrupted: their HTTP triggers, `InvokeFunction`, and the viewer. */
export async function serveFunctions(
  specs: readonly FunctionSpec[],
  readSpecs: () => readonly FunctionSpec[],
  values: DevValues,
  cleanup: Cleanup,
): Promise<string> {
  const traces = await startOnPort(values['viewer-port'], values.store);
  cleanup.defer(() => traces.close());
  const printer = new DevCallPrinter(traces);
  const create = functionFactory(traces, printer, values);
  const functions = specs.map(
    (first, index) =>
      new DevFunction(first, {
        create: (spec) => create(spec, index),
        onCall: (name, result) => printer.call(name, result),
        onError: (name, message) => printError(`${paint('red', name)}  ${message}`),
      }),
  );
  cleanup.defer(async (immediately) => {
    if (!immediately) await Promise.all(functions.map((one) => one.preStop().catch(() => undefined)));
    await Promise.all(functions.map((one) => one.kill()));
  });

  const { port = DEFAULT_PORT } = values;
  const isFixed = values.port !== undefined;
  const byName = Object.fromEntries(functions.map((one) => [one.name, one]));
  const otherRequests = triggerRequests(functions);
  const api = await onPort((free) => startInvokeApi(byName, { port: free, otherRequests }), port, isFixed);
  cleanup.defer(() => api.close());
  print(`${paint('bold', 'viewer')}  ${traces.viewer.url}`);
  print(`${paint('bold', 'InvokeFunction')}  http://${api.endpoint}/2023-03-30/functions/NAME/invocations`);
  print(`${paint('bold', 'triggers')}  POST http://${api.endpoint}/functions/NAME/triggers/TRIGGER`, '');
  let next = port === 0 ? 0 : Number(api.endpoint.split(':')[1]) + 1;
  for (const one of functions) {
    const { runtime, timeout, memorySize } = one.spec;
    const facts = paint('dim', `${runtime}, ${memorySize} MB, timeout ${timeout} s`);
    if (!hasHttpTrigger(one.spec)) {
      print(`${paint('bold', one.name)}  ${facts}`);
      continue;
    }
    const trigger = await onPort(
      (free) =>
        startHttpTrigger(isServer(one.spec) ? one : { invoke: (event, options) => one.invoke(event, options) }, free),
      next,
      false,
    );
    cleanup.defer(() => trigger.close());
    if (next !== 0) next = Number(new URL(trigger.url).port) + 1;
    print(`${paint('bold', one.name)}  ${trigger.url}  ${facts}`);
  }
  if (values.timers) for (const one of functions) for (const problem of startTimers(one, cleanup)) printError(problem);
  const timers = functions.flatMap(timersOf).length;
  if (timers > 0 && !values.timers) print(paint('dim', `timers that do not fire: ${timers}; --timers fires them`));

  const folders = specs.flatMap((spec) => [resolve(spec.codeDir), dirname(resolve(spec.file))]);
  await watchCode([...new Set(folders)], (paths) => replaceChanged(functions, paths, readSpecs), cleanup);
  print('', paint('dim', NOT_LIKE_THE_CLOUD), '');
  return traces.viewer.url;
}

function replaceChanged(
  functions: readonly DevFunction[],
  paths: readonly string[],
  readSpecs: () => readonly FunctionSpec[],
): void {
  const isSpec = paths.some((path) =>
    functions.some((one) => resolve(one.spec.file) === path && /\.ya?ml$/.test(path)),
  );
  let specs: readonly FunctionSpec[] = [];
  try {
    if (isSpec) specs = readSpecs();
  } catch (error) {
    printError(`${paint('red', 's.yaml')}  ${(error as Error).message}`);
  }
  const code = paths.filter((path) => !/\.ya?ml$|\.md$/.test(path));
  if (code.length === 0 && !isSpec) return;
  for (const one of functions) one.replace(specs.find(({ name }) => name === one.name));
  print(
    paint(
      'dim',
      `${paths[0]!}${paths.length > 1 ? ` and ${paths.length - 1} more` : ''} changed: the next calls have a cold start`,
    ),
  );
}
