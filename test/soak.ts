/** How often a suite of random or concurrent runs repeats. */
export interface Runs {
  /** In `npm test`: enough to find a mistake in what the suite looks at. */
  readonly short: number;
  /** In `npm run test:soak`, a step of `.ci/run`: enough to find a rare one. */
  readonly long: number;
}

/** Returns the long count when `FC_TRACED_SOAK=1` is set, otherwise the short one. */
export function runs({ short, long }: Runs): number {
  return process.env.FC_TRACED_SOAK === '1' ? long : short;
}
