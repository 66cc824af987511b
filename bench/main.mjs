// Contenders in processes of their own take turns; medians are printed, and ratios to a named peer in the same run.
//   node bench/main.mjs [--quick] [--json]     (after a build; `npm run bench` does both)
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { contests } from './contests.mjs';

const { median } = createRequire(import.meta.url)('./measure.cjs');
const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), 'contenders');
const quick = process.argv.includes('--quick');
const rounds = quick ? 2 : 9;
const milliseconds = quick ? 100 : 500;

function runContender([file, mode]) {
  return JSON.parse(execFileSync(process.execPath, [path.join(folder, file), mode, String(milliseconds)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], timeout: 120_000 }));
}

/** All rounds of a contest: every round starts with the next contender, so that none always runs first. */
function takeTurns(contenders) {
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
  return unit === 'ms' ? `${(nanos / 1e6).toFixed(1)} ms` : `${nanos.toFixed(nanos < 100 ? 1 : 0)} ns`;
}

function print({ title, unit, goal }, times, medians) {
  console.log(`\n${title}`);
  const [peer] = Object.keys(times);
  for (const [name, values] of Object.entries(times)) {
    const ratio = name === peer ? 'peer ' : `${(medians[name] / medians[peer]).toFixed(2)} x`;
    const spread = `${shown(Math.min(...values), unit)} to ${shown(Math.max(...values), unit)}`;
    console.log(`  ${name.padEnd(36)}${shown(medians[name], unit).padStart(10)}  ${ratio.padStart(7)}   (${spread})`);
  }
  const value = goal.value(medians);
  console.log(`  goal: ${goal.text}: ${value.toFixed(2)}, ${value <= goal.most ? 'met' : 'missed'}`);
}

const results = [];
for (const contest of contests) {
  const times = takeTurns(contest.contenders);
  const medians = Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]));
  results.push({ title: contest.title, medians, met: contest.goal.value(medians) <= contest.goal.most });
  print(contest, times, medians);
}
console.log(`\nNode ${process.versions.node}, ${rounds} rounds of ${milliseconds} ms a contender${quick ? ' (quick: shows that the bench runs, not what is fast)' : ''}.`);
if (process.argv.includes('--json')) console.log(JSON.stringify(results));
