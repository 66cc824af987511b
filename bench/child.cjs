// A child process of a contender that responds to each message with one.
const { fork } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');

/** Starts `file` with arguments. Resolves to its first message, a function that asks it, and one that ends it. */
async function startChild(file, args, env = {}) {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(OTEL_|FC_)/.test(name));
  const child = fork(path.join(__dirname, file), args.map(String), {
    env: { ...Object.fromEntries(inherited), ...env },
  });
  const [first] = await once(child, 'message');
  const ask = async () => {
    child.send('');
    return (await once(child, 'message'))[0];
  };
  return { first, ask, stop: () => child.kill() };
}

module.exports = { startChild };
