import { Service, Traced } from 'fc-traced';

@Service()
export class Store {
  @Traced()
  async reserve(article: string): Promise<string> {
    return `reserved ${article}`;
  }
}
