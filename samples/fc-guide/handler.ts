import 'reflect-metadata';
import { createHandler, Handler, Traced } from 'fc-traced';

@Handler({ name: 'fc-operation' })
class Guide {
  handle(): string {
    return this.child();
  }

  @Traced('child')
  child(): string {
    return 'hello world';
  }
}

export const { handler, initialize, preStop } = createHandler(Guide);
