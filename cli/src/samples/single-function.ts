import { readFileSync } from 'node:fs';
import type { Invocable } from '../emulator/invoke-api';
import type { Stage } from './deployment';
import type { Run, Story } from './sample';

/** What a run calls its function with: the sample's event.json, with these fields instead of its own. */
export type RunEvent = Readonly<{ name: string; title: string; event?: Readonly<Record<string, unknown>> }>;

/** Calls a function once for each run, with the event of the sample. */
export async function* callEach(stage: Stage, target: Invocable, runs: readonly RunEvent[]): AsyncGenerator<Run> {
  const sample = JSON.parse(readFileSync(stage.file('event.json'), 'utf8')) as Record<string, unknown>;
  for (const { name, title, event: fields } of runs) {
    const event = JSON.stringify({ ...sample, ...fields });
    yield { name, title, calls: [{ event, invocation: await target.invoke(event) }] };
  }
}

/** The story of a sample that is one function and nothing else. */
export function eventStory(
  name: string,
  question: string,
  runs: readonly RunEvent[],
  attributes: readonly string[] = [],
): Story {
  return {
    name,
    question,
    attributes: ['faas.coldstart', ...attributes],
    play: (stage) => callEach(stage, stage.deploy(), runs),
  };
}
