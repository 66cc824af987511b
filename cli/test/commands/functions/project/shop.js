let initialized = 0;
let calls = 0;
exports.initialize = async () => {
  initialized += 1;
};
exports.handler = async (event) => {
  calls += 1;
  const input = JSON.parse(event.toString() || 'null');
  if (input?.rawPath === '/hang') return new Promise(() => undefined);
  if (input?.rawPath === '/crash') process.exit(7);
  console.log(`call ${calls}`);
  return {
    version: 1,
    calls,
    initialized,
    greeting: process.env.GREETING,
    payload: input?.payload,
    key: input?.events?.[0].oss.object.key,
  };
};
