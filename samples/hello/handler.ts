import { createHandler, Handler, Service, Traced } from 'fc-traced';

@Service()
class Greeter {
  @Traced() async greet(name: string) {
    return `Hello ${name}`;
  }
}

@Handler()
class Hello {
  constructor(private readonly greeter: Greeter) {}
  handle(event: { name: string }) {
    return this.greeter.greet(event.name);
  }
}

export const { handler, initialize, preStop } = createHandler(Hello);
