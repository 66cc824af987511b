import { activeContext } from './active-context';
import type { Invocation } from './invocation';
import { invocationIn } from './linked-context';

/** The invocation that the running code belongs to. */
export function activeInvocation(): Invocation | undefined {
  return invocationIn(activeContext());
}
