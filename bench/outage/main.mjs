// Simulates an outage of a collector to which 10,000 instances send their spans, with the real delivery and a clock of
// its own: node bench/outage/main.mjs [--quick] [--instances NUMBER]     (`npm run bench:outage`)
import { createRequire } from 'node:module';
import { OUTAGES, simulate } from './simulation.mjs';

const require = createRequire(import.meta.url);
const { diag } = require('@opentelemetry/api');
// Each instance would log its outage.
const ignore = () => {};
diag.setLogger({ error: ignore, warn: ignore, info: ignore, debug: ignore, verbose: ignore });

const isQuick = process.argv.includes('--quick');
const asked = process.argv.indexOf('--instances');
const instances = asked === -1 ? (isQuick ? 300 : 10_000) : Number(process.argv[asked + 1]);
/** With few instances, a rate varies by chance. */
const MOST = instances < 1_000 ? 1.7 : 1.5;
let failed = 0;

const percent = (share) => `${(share * 100).toFixed(1)} %`;

function check(isKept, sentence) {
  if (isKept) return;
  failed += 1;
  console.log(`  broken: ${sentence}`);
}

console.log(`${instances} instances, 1 call a second each, the collector is down for 60 s\n`);
console.log('the collector …, instances …               normal  during   at recovery  lost     waited (median, most)');
for (const outage of Object.keys(OUTAGES)) {
  for (const freezes of [true, false]) {
    const result = await simulate({ instances, outage, freezes });
    const title = `${outage}, ${freezes ? 'frozen between calls' : 'running'}`;
    const { normal, during, atRecovery, lost, waiting, isSumExact, medianWaitMillis, longestWaitMillis } = result;
    console.log(
      `${title.padEnd(60)} ${normal}/s  ${during.toFixed(2)} x  ${atRecovery.toFixed(2)} x  ${percent(lost)}` +
        `  ${medianWaitMillis.toFixed()} ms, ${longestWaitMillis.toFixed()} ms`,
    );
    check(atRecovery <= MOST, `more than ${MOST} times the normal rate`);
    check(isSumExact, 'made is not acknowledged + dropped + waiting');
    check(waiting < instances * 5, `${waiting} spans still wait`);
  }
}

console.log(
  '\nSpans of the outage that are lost, by queue size and spans per second (at most 1,000 instances, connections refused)',
);
const rates = isQuick ? [5, 20] : [5, 20, 100];
console.log(`${'queueLimitSpans'.padEnd(20)}${rates.map((rate) => `${rate}/s`.padStart(10)).join('')}`);
for (const queueLimitSpans of [512, 1_024, 2_048, 4_096, 8_192]) {
  const lost = [];
  for (const spansPerCall of rates) {
    const settings = { instances: Math.min(instances, 1_000), outage: 'refuses connections' };
    const result = await simulate({ ...settings, queueLimitSpans, spansPerCall });
    check(result.isSumExact, 'made is not acknowledged + dropped + waiting');
    check(result.atRecovery <= MOST, `${spansPerCall} spans: ${result.atRecovery.toFixed(2)} times the normal rate`);
    lost.push(percent(result.lostOfOutage).padStart(10));
  }
  console.log(`${String(queueLimitSpans).padEnd(20)}${lost.join('')}`);
}
console.log(failed === 0 ? '\nall promises kept' : `\n${failed} promises broken`);
process.exitCode = failed === 0 ? 0 : 1;
