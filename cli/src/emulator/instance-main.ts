// The main module of an instance process. It loads the user's module and calls its functions as FC does.
import { readSync, writeSync } from 'node:fs';
import { open } from 'node:inspector';
import { callFunction } from './call-function';
import type { Outcome } from './call-function';
import { formatConsole } from './console-lines';
import { createContext } from './context';
import { errorResponse, RESPONSE_FD, responseBody } from './instance-protocol';
import type { CallRequest, CallResponse } from './instance-protocol';
import { LoadError, loadFunction } from './load-function';
import type { FcFunction } from './load-function';

const codeDir = process.cwd();
// The program of the user must not see the argument.
const [inspectPort] = process.argv.splice(2);

const loaded = new Map<string, Promise<FcFunction>>();
let requestId = '';
let failCurrentCall: ((error: unknown) => void) | undefined;

// Synchronous, whatever the size: the response must get out even if nothing else runs in this process afterwards.
function send(line: string): void {
  const bytes = Buffer.from(`${line}\n`);
  for (let offset = 0; offset < bytes.length;) offset += writeSync(RESPONSE_FD, bytes, offset);
}

// The key under which OpenTelemetry's API keeps what is registered with it.
const usesOpenTelemetry = (): boolean => {
  const registered = (globalThis as Record<symbol, object | undefined>)[Symbol.for('opentelemetry.js.api.1')];
  return registered !== undefined && 'trace' in registered;
};

function responseTo(outcome: Outcome, { context: { generation } }: CallRequest): CallResponse {
  return outcome.ok
    ? {
        ok: true,
        body: responseBody(outcome.value, generation).toString('base64'),
        usesOpenTelemetry: usesOpenTelemetry(),
      }
    : { ok: false, error: errorResponse(outcome, generation), usesOpenTelemetry: usesOpenTelemetry() };
}

/**
 * The line of a response; `undefined` when FC 2.0 cannot format it: its runtime formats after the first callback, and
 * logs the failure as an uncaught exception, so that the call stays unanswered. What FC 3.0 does is not documented; the
 * emulator reports the failure as a thrown error.
 */
function responseLine(outcome: Outcome, call: CallRequest): string | undefined {
  try {
    return JSON.stringify(responseTo(outcome, call));
  } catch (error) {
    if (call.context.generation === '3.0') {
      return JSON.stringify(responseTo({ ok: false, error, from: 'throw' }, call));
    }
    console.error(error);
    return undefined;
  }
}

function respond(outcome: Outcome, call: CallRequest): void {
  failCurrentCall = undefined;
  const line = responseLine(outcome, call);
  if (line === undefined) return;
  send(line);
  // The user's code must not run between the response and the freeze. So this process blocks here: the emulator stops
  // it while it waits, and writes a byte after continuing it.
  if (call.freeze) readSync(RESPONSE_FD, Buffer.alloc(1));
}

function load(call: CallRequest): Promise<FcFunction> {
  const loading = loaded.get(call.handler) ?? loadFunction(call.handler, codeDir, call.context.generation);
  loaded.set(call.handler, loading);
  return loading;
}

async function serve(call: CallRequest): Promise<void> {
  const done = (outcome: Outcome): void => respond(outcome, call);
  requestId = call.context.requestId;
  let fcFunction: FcFunction;
  try {
    fcFunction = await load(call);
  } catch (error) {
    if (call.optional && error instanceof LoadError && error.name === 'HandlerNotFound') done({ ok: true, value: '' });
    else done({ ok: false, error, from: 'throw' });
    return;
  }
  if (call.kind === 'load') return done({ ok: true, value: '' });
  failCurrentCall = (error) => done({ ok: false, error, from: 'callback' });
  const context = createContext(call.context);
  const args = call.kind === 'invoke' ? [Buffer.from(call.event ?? '', 'base64'), context] : [context];
  callFunction(fcFunction, args, { handlerStyle: call.handlerStyle, hook: call.kind === 'hook' }, done);
}

process.on('message', (call: CallRequest) => {
  // After an uncaught exception FC 2.0 fails the current call and keeps the process; with FC 3.0, Node.js ends the
  // process.
  if (call.context.generation === '2.0' && process.listenerCount('uncaughtException') === 0) {
    process.on('uncaughtException', () => failCurrentCall?.('FunctionUnhandledError: uncaughtException'));
  }
  void serve(call);
});
process.on('disconnect', () => process.exit());
formatConsole(() => requestId);
// Breakpoints in the first line of the module work, because a debugger sets them before it lets the process go on.
if (inspectPort !== undefined) open(Number(inspectPort), '127.0.0.1', true);
send('ready');
