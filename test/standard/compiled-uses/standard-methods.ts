// Compiled by `npm run typecheck`, never run: features of standard decorators only.
import { Annotate, Traced } from 'fc-traced';
import { exactly } from '../../compiled-uses/methods.js';

export class Right {
  @Traced({
    attributes: (id) => ({ id: exactly<number>()(id) }),
    resultAttributes: (text) => ({ text: exactly<string>()(text) }),
  })
  #private(id: number): string {
    return `${id}`;
  }
  usePrivate = (): string => this.#private(1);

  @Traced() static #count(): number {
    return 1;
  }
  static readonly counted = Right.#count();

  @Traced() accessor items = 1;
  @Traced() field = async (id: number): Promise<number> => id;
  @Traced({ attributes: (id: number) => ({ id }) }) typedField = (id: number): number => id;
}

export class Wrong {
  // @ts-expect-error -- a field is not a method
  @Annotate({ attributes: () => ({ a: 1 }) }) field = 1;
}
