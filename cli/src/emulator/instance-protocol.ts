import type { ContextFacts } from './context';

/** How a function may answer: through the callback that FC passes, or by what it returns. */
export type AnswerForm = 'callback' | 'promise';

/** What the emulator asks of the instance. */
export interface Call {
  readonly kind: 'invoke' | 'hook';
  /** `file.method`. */
  readonly handler: string;
  readonly answer: AnswerForm;
  readonly context: ContextFacts;
  /** Base64; hooks have none. */
  readonly event?: string;
  /** The instance is stopped the moment the answer is out. */
  readonly freeze: boolean;
}

/** The error that a caller of `InvokeFunction` reads. */
export interface ErrorAnswer {
  readonly errorMessage: string;
  readonly errorType?: string;
  readonly stackTrace?: readonly string[];
}

/** What the instance answers; `body` is base64. */
export type Answer = { readonly ok: true; readonly body: string } | { readonly ok: false; readonly error: ErrorAnswer };

/** The pipe, by file descriptor in the instance, on which it answers, and on which it waits while it is frozen. */
export const ANSWER_FD = 3;
