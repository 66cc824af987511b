// A function whose program takes longer to load than its handler has for the call.
const { createHandler, Handler, DEADLINE } = require('fc-traced');

const end = performance.now() + 300;
while (performance.now() < end);

class SlowStart {
  constructor(deadline) {
    this.deadline = deadline;
  }
  handle() {
    return this.deadline.remainingMillis();
  }
}
Handler({ inject: [DEADLINE] })(SlowStart);

module.exports = createHandler(SlowStart);
