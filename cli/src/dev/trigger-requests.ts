import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { OtherRequests } from '../emulator/invoke-api';
import { TRIGGER_NAMES } from '../functions/trigger-names';
import type { TriggerName } from '../functions/trigger-names';
import { eventOf } from '../run/event-source';
import { isUsageError } from '../usage-error';
import { refusalOf } from '../viewer/request-guard';
import type { DevFunction } from './dev-function';
import { timerEvent, timersOf } from './timers';

const PATH = /^\/functions\/([^/?]+)\/triggers\/([^/?]+)$/;

function eventFor(target: DevFunction, name: string, overrides: Buffer | undefined): Buffer | undefined {
  const timer = timersOf(target).find((one) => one.name === name);
  if (timer !== undefined) return Buffer.from(JSON.stringify(timerEvent(timer)));
  return (TRIGGER_NAMES as readonly string[]).includes(name) ? eventOf(name as TriggerName, overrides) : undefined;
}

function send(response: ServerResponse, status: number, body: string | Buffer): true {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(body);
  return true;
}

/**
 * Answers `POST /functions/NAME/triggers/TRIGGER`: calls a function with an event of a trigger, with the fields of the
 * body, or as one of its timers does.
 */
export function triggerRequests(functions: readonly DevFunction[]): OtherRequests {
  return async (request: IncomingMessage, response) => {
    // A web page must not be able to call functions.
    const refusal = refusalOf(request);
    if (refusal !== undefined) return send(response, 403, `${refusal}\n`);
    const [, name, trigger] = PATH.exec(request.url ?? '') ?? [];
    const target = functions.find((one) => one.name === decodeURIComponent(name ?? ''));
    if (target === undefined || request.method !== 'POST') return false;
    try {
      const body = await buffer(request);
      const event = eventFor(target, decodeURIComponent(trigger!), body.length === 0 ? undefined : body);
      if (event === undefined) return send(response, 404, `${target.name} has no timer or trigger ${trigger}\n`);
      const result = await target.invoke(event);
      return send(response, result.ok ? 200 : 500, result.body);
    } catch (error) {
      if (isUsageError(error)) return send(response, 400, `${error.message}\n`);
      throw error;
    }
  };
}
