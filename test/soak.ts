/** How often a suite of random or concurrent runs repeats. */
export interface Runs {
  /** In `npm test`: enough to find a mistake in what the suite looks at. */
  readonly short: number;
  /** In `npm run test:soak`, a step of `.ci/run`: enough to find a rare one. */
  readonly long: number;
  /** In `npm run soak`, which takes much longer: the numbers that are quoted. Default: `long`. */
  readonly full?: number;
}

/** Returns the long count when `FC_TRACED_SOAK=1` is set, the full one when it is `full`, otherwise the short one. */
export function runs({ short, long, full = long }: Runs): number {
  const { FC_TRACED_SOAK: soak } = process.env;
  return soak === 'full' ? full : soak === '1' ? long : short;
}
