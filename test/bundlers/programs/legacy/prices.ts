import { Service, Traced } from 'fc-traced';

/** Another class of the same name: bundlers rename one of them. */
@Service()
export class Store {
  @Traced()
  async price(article: string): Promise<number> {
    return article.length;
  }
}
