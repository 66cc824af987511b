import { readFileSync } from 'node:fs';
import type { InvocationResult } from '../emulator/invocation';
import type { Invocable } from '../emulator/invoke-api';
import type { Deployment } from './deployment';

/** A call of a function and its result. */
export interface SampleCall {
  /** The event of the call, as text. */
  readonly event: string;
  readonly invocation: InvocationResult;
}

/** One or more calls that belong together, for example the cold call, or twelve concurrent calls. */
export interface SampleRun {
  /** The name of the file with the expected trace: `trace/<name>.txt` of the sample. */
  readonly name: string;
  readonly title: string;
  readonly calls: readonly SampleCall[];
}

/** A sample and how it is run. */
export interface Sample {
  /** The folder in `samples`. */
  readonly name: string;
  /** The question that its traces answer. */
  readonly question: string;
  /** The attributes that its rendered traces show. */
  readonly attributes: readonly string[];
  /**
   * Deploys the functions, starts the services and makes the calls. Makes the calls of a run only when that run is
   * requested.
   */
  run(deployment: Deployment): AsyncIterable<SampleRun>;
}

/** A run with one call. `event` overrides fields of the sample's event.json. */
export type SingleCallRun = Readonly<{ name: string; title: string; event?: Readonly<Record<string, unknown>> }>;

/** Calls a function once for each run. */
export async function* callEach(
  deployment: Deployment,
  target: Invocable,
  runs: readonly SingleCallRun[],
): AsyncGenerator<SampleRun> {
  const sampleEvent = JSON.parse(readFileSync(deployment.file('event.json'), 'utf8')) as Record<string, unknown>;
  for (const { name, title, event: fields } of runs) {
    const event = JSON.stringify({ ...sampleEvent, ...fields });
    yield { name, title, calls: [{ event, invocation: await target.invoke(event) }] };
  }
}

/** A sample that is one event function without services. */
export function singleFunctionSample(
  name: string,
  question: string,
  runs: readonly SingleCallRun[],
  attributes: readonly string[] = [],
): Sample {
  return {
    name,
    question,
    attributes: ['faas.coldstart', ...attributes],
    run: (deployment) => callEach(deployment, deployment.addFunction(), runs),
  };
}
