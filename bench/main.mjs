// Contenders in processes of their own take turns; medians are printed, and ratios to a named peer in the same round.
//   node bench/main.mjs [--quick] [--json] [--only WORD]     (after a build; `npm run bench` does both)
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { contests } from './contests.mjs';

const { median } = createRequire(import.meta.url)('./measure.cjs');
const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), 'contenders');
const quick = process.argv.includes('--quick');
const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : '';
/** A contest of slow calls has fewer rounds. */
const roundsOf = ({ slow }) => (quick ? (slow ? 1 : 2) : slow ? 7 : 15);
const milliseconds = quick ? 100 : 300;

function runContender([file, mode]) {
  return JSON.parse(
    execFileSync(process.execPath, [path.join(folder, file), mode, String(milliseconds)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: 120_000,
    }),
  );
}

/** All rounds of a contest: every round starts with the next contender, so that none always runs first. */
function takeTurns({ contenders, ...contest }) {
  const rounds = roundsOf(contest);
  const entries = Object.entries(contenders);
  const times = Object.fromEntries(entries.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < entries.length; turn += 1) {
      const [name, contender] = entries[(round + turn) % entries.length];
      times[name].push(runContender(contender));
    }
  }
  return times;
}

function shown(nanos, unit) {
  if (unit === 'µs') return `${(nanos / 1e3).toFixed(1)} µs`;
  return unit === 'ms' ? `${(nanos / 1e6).toFixed(1)} ms` : `${nanos.toFixed(nanos < 100 ? 1 : 0)} ns`;
}

/** The median over the rounds of what `value` makes of one round: a slow phase of the machine hits a whole round, and so no ratio. */
function overRounds(times, value) {
  return median(
    Object.values(times)[0].map((_, round) =>
      value(Object.fromEntries(Object.entries(times).map(([name, values]) => [name, values[round]]))),
    ),
  );
}

function print({ title, unit, goal }, times, reached) {
  console.log(`\n${title}`);
  const [peer] = Object.keys(times);
  for (const [name, values] of Object.entries(times)) {
    const ratio = name === peer ? 'peer ' : `${overRounds(times, (ns) => ns[name] / ns[peer]).toFixed(2)} x`;
    const spread = `${shown(Math.min(...values), unit)} to ${shown(Math.max(...values), unit)}`;
    console.log(`  ${name.padEnd(36)}${shown(median(values), unit).padStart(10)}  ${ratio.padStart(7)}   (${spread})`);
  }
  console.log(`  goal: ${goal.text}: ${reached.toFixed(2)}, ${reached <= goal.most ? 'met' : 'missed'}`);
}

const results = [];
for (const contest of contests.filter(({ title }) => title.includes(only))) {
  const times = takeTurns(contest);
  const reached = overRounds(times, contest.goal.value);
  results.push({
    title: contest.title,
    medians: Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)])),
    goal: contest.goal.text,
    reached,
    met: reached <= contest.goal.most,
  });
  print(contest, times, reached);
}
console.log(
  `\nNode ${process.versions.node}, ${roundsOf({})} rounds (${roundsOf({ slow: true })} of MCP) of ${milliseconds} ms a contender${quick ? ' (quick: shows that the bench runs, not what is fast)' : ''}.`,
);
if (process.argv.includes('--json')) console.log(JSON.stringify(results));
