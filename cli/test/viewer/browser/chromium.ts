import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { findProgram } from '../../../src/samples/child-program';

/** `.ci/run` sets this where the tests must not be skipped. */
const required = process.env['FC_TRACED_REQUIRE_CHROMIUM'] === '1';
const program = findProgram('chromium');

/** Whether the tests that need a browser are skipped. */
export const withoutChromium = program === undefined && !required;

export const chromiumInstructions = 'Chromium is not installed: run .ci/chromium.sh';

/** Starts the browser, without the connections that it makes on its own. */
export function startChromium(): Promise<Browser> {
  if (program === undefined) throw new Error(chromiumInstructions);
  return chromium.launch({
    executablePath: program,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--font-render-hinting=none',
    ],
  });
}
