import { replaceMethod } from '../replace-method';
import type { Method } from './sdk-shapes';

/** Takes the handler that the SDK found, or nothing, and gives the one that it is to call. */
export type Wrap = (found: Method | undefined) => Method | undefined;

/**
 * Stands between the SDK and its table of handlers while a message is dispatched, so that the one handler it is for can be called inside
 * a span, however and whenever it was registered. At any other time the table gives what is in it.
 */
export class DispatchWindow {
  private open: { readonly method: unknown; readonly wrap: Wrap } | undefined;

  private constructor(table: Map<unknown, Method>) {
    const found = (key: unknown): Method | undefined => Map.prototype.get.call(table, key) as Method | undefined;
    replaceMethod(table, 'get', Map.prototype.get, (key: unknown) =>
      this.open !== undefined && this.open.method === key ? this.open.wrap(found(key)) : found(key),
    );
  }

  /** A window on a table; nothing where it is no table. */
  static on(table: unknown): DispatchWindow | undefined {
    return table instanceof Map && Object.isExtensible(table)
      ? new DispatchWindow(table as Map<unknown, Method>)
      : undefined;
  }

  /** Dispatches a message, its handler wrapped. Gives and throws what `dispatch` does. */
  during(method: unknown, wrap: Wrap, dispatch: () => unknown): unknown {
    const outer = this.open;
    this.open = { method, wrap };
    try {
      return dispatch();
    } finally {
      this.open = outer;
    }
  }
}
