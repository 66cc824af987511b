/** So many arguments are shown, each as `?`. */
const MOST = 8;

/** A command of Redis without what it was called with: keys and values alike can be secret. */
export function commandText(command: string, args: readonly unknown[]): string {
  const shown = Math.min(args.length, MOST);
  return `${command}${' ?'.repeat(shown)}${args.length > MOST ? ' …' : ''}`;
}
