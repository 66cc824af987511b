// The process of one instance. The emulator starts it; it loads the user's module and calls its functions as FC does.
import { readSync, writeSync } from 'node:fs';
import { answerBody } from './answer-body';
import { callFunction } from './call-function';
import type { Outcome } from './call-function';
import { createContext } from './context';
import { errorAnswer } from './error-answer';
import { loadFunction } from './load-function';
import type { FcFunction } from './load-function';
import { ANSWER_FD } from './instance-protocol';
import type { Answer, Call } from './instance-protocol';

const codeDir = process.cwd();
const loaded = new Map<string, Promise<FcFunction>>();
let interrupt: ((error: unknown) => void) | undefined;

// Written in one go, whatever its size: nothing of this process may have to run after the answer for it to get out.
function send(line: string): void {
  const bytes = Buffer.from(`${line}\n`);
  for (let at = 0; at < bytes.length;) at += writeSync(ANSWER_FD, bytes, at);
}

function answerOf(outcome: Outcome, { context }: Call): Answer {
  if (!outcome.ok) return { ok: false, error: errorAnswer(outcome, context.generation) };
  try {
    return { ok: true, body: answerBody(outcome.value).toString('base64') };
  } catch (error) {
    return { ok: false, error: errorAnswer({ ok: false, error, from: 'throw' }, context.generation) };
  }
}

function answer(outcome: Outcome, call: Call): void {
  interrupt = undefined;
  send(JSON.stringify(answerOf(outcome, call)));
  // Not one line of the user's runs between the answer and the freeze: the emulator stops the process while it waits here,
  // and what it writes after continuing it ends the wait.
  if (call.freeze) readSync(ANSWER_FD, Buffer.alloc(1));
}

function load(call: Call): Promise<FcFunction> {
  const known = loaded.get(call.handler) ?? loadFunction(call.handler, codeDir, call.context.generation);
  loaded.set(call.handler, known);
  return known;
}

async function serve(call: Call): Promise<void> {
  const done = (outcome: Outcome): void => answer(outcome, call);
  let run: FcFunction;
  try {
    run = await load(call);
  } catch (error) {
    done({ ok: false, error, from: 'throw' });
    return;
  }
  interrupt = (error) => done({ ok: false, error, from: 'callback' });
  const context = createContext(call.context);
  const args = call.kind === 'invoke' ? [Buffer.from(call.event ?? '', 'base64'), context] : [context];
  callFunction(run, args, { answer: call.answer, hook: call.kind === 'hook' }, done);
}

process.on('message', (call: Call) => {
  // FC 2.0 answers the current call when something is thrown outside of it, and goes on; with 3.0, Node ends the process.
  if (call.context.generation === '2.0' && process.listenerCount('uncaughtException') === 0) {
    process.on('uncaughtException', () => interrupt?.('FunctionUnhandledError: uncaughtException'));
  }
  void serve(call);
});
process.on('disconnect', () => process.exit());
send('ready');
