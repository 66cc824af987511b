// Runs each contender in its own process, in turns. Prints medians and the ratios to the baseline of the same round.
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
/** The number of rounds of a contest. Contests of slow calls have fewer. */
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

/** Runs all rounds of a contest. Each round starts with the next contender, so that none always runs first. */
function takeTurns({ contenders, ...contest }) {
  const rounds = roundsOf(contest);
  const entries = Object.entries(contenders);
  const times = {};
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < entries.length; turn += 1) {
      const [name, contender] = entries[(round + turn) % entries.length];
      const result = runContender(contender);
      // A contender prints a time, or several with names.
      const named = typeof result === 'number' ? { [name]: result } : prefixed(name, result);
      for (const [key, value] of Object.entries(named)) (times[key] ??= []).push(value);
    }
  }
  return times;
}

const prefixed = (name, result) =>
  Object.fromEntries(Object.entries(result).map(([key, value]) => [`${name}, ${key}`, value]));

function format(nanos, unit) {
  if (unit === '%') return `${(nanos * 100).toFixed(0)} %`;
  if (unit === 'µs') return `${(nanos / 1e3).toFixed(1)} µs`;
  return unit === 'ms' ? `${(nanos / 1e6).toFixed(1)} ms` : `${nanos.toFixed(nanos < 100 ? 1 : 0)} ns`;
}

/**
 * Computes `value` for each round and returns the median. A slow phase of the machine affects a whole round, so it does
 * not distort ratios within the round.
 */
function overRounds(times, value) {
  return median(
    Object.values(times)[0].map((_, round) =>
      value(Object.fromEntries(Object.entries(times).map(([name, values]) => [name, values[round]]))),
    ),
  );
}

/** The goals of a contest, each with the median of its value over all rounds. */
function goalsOf({ goal, goals = [goal] }, times) {
  return goals.map(({ text, value, most }) => {
    const reached = overRounds(times, value);
    return { text, reached, met: reached <= most };
  });
}

function print({ title, unit }, times, goals) {
  console.log(`\n${title}`);
  const [baseline] = Object.keys(times);
  for (const [name, values] of Object.entries(times)) {
    // A share is not compared with a time.
    const shown = name.endsWith(', arrived') ? '%' : unit;
    const ratio =
      name === baseline
        ? 'base '
        : shown === '%'
          ? ''
          : `${overRounds(times, (ns) => ns[name] / ns[baseline]).toFixed(2)} x`;
    const spread = `${format(Math.min(...values), shown)} to ${format(Math.max(...values), shown)}`;
    console.log(
      `  ${name.padEnd(40)}${format(median(values), shown).padStart(10)}  ${ratio.padStart(7)}   (${spread})`,
    );
  }
  for (const { text, reached, met } of goals) {
    console.log(`  goal: ${text}: ${reached.toFixed(2)}, ${met ? 'met' : 'missed'}`);
  }
}

const results = [];
for (const contest of contests.filter(({ title }) => title.includes(only))) {
  const times = takeTurns(contest);
  const goals = goalsOf(contest, times);
  results.push({
    title: contest.title,
    medians: Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)])),
    goals,
  });
  print(contest, times, goals);
}
const rounds = `${roundsOf({})} rounds (${roundsOf({ slow: true })} for MCP and delivery)`;
const note = quick ? ' (quick: only shows that the bench runs)' : '';
console.log(`\nNode.js ${process.versions.node}, ${rounds}, ${milliseconds} ms per contender${note}.`);
if (process.argv.includes('--json')) console.log(JSON.stringify(results));
