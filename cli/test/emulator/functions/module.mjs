// The documented form for Node.js 18 and later: an ES module whose functions respond with what they return.
let ready = false;

export const initialize = async () => {
  ready = true;
  return '';
};
export const handler = async (event, context) => ({ ready, event: JSON.parse(event), id: context.requestId });
export const arity = (...args) => args.length;
export const failing = async () => {
  throw new Error('from a module');
};
