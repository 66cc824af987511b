import type { Invocation } from '../emulator/invocation';
import type { Stage } from './deployment';

/** A call of a function, answered. */
export interface StoryCall {
  /** What the function was called with, as text. */
  readonly event: string;
  readonly invocation: Invocation;
}

/** One or more calls of a story that belong together: the cold one, say, or twelve at once. */
export interface Run {
  /** Names the file with the trace that it must give: `trace/<name>.txt` of the sample. */
  readonly name: string;
  readonly title: string;
  readonly calls: readonly StoryCall[];
}

/** A sample with the parts around it. */
export interface Story {
  /** The folder in `samples`. */
  readonly name: string;
  /** The question that its trace answers. */
  readonly question: string;
  /** The attributes that its drawn traces show. */
  readonly attributes: readonly string[];
  /** Starts the parts and makes the calls. A run is shown when it is given, so the next one must not begin before. */
  play(stage: Stage): AsyncIterable<Run>;
}
