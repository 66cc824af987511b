import 'reflect-metadata';
import OSS from 'ali-oss';
import { createHandler, forEachRecord, Handler, InjectContext, Service, Traced } from 'fc-traced';
import type { FcContext, OssEvent } from 'fc-traced';
import { shrink } from './shrink';

const EDGE = 64;

/** The bucket, with the credentials of the function's role, which FC passes in the context. */
@Service()
class Pictures {
  readonly #client: OSS;

  constructor(@InjectContext() { credentials }: FcContext) {
    this.#client = new OSS({
      endpoint: process.env['OSS_ENDPOINT'] ?? 'https://oss-cn-hangzhou-internal.aliyuncs.com',
      bucket: 'labels',
      accessKeyId: credentials?.accessKeyId ?? '',
      accessKeySecret: credentials?.accessKeySecret ?? '',
      stsToken: credentials?.securityToken ?? '',
    });
  }

  @Traced({ kind: 'client', attributes: (key: string) => ({ 'oss.key': key }) })
  async read(key: string): Promise<Buffer> {
    const { content } = await this.#client.get(key);
    return content as Buffer;
  }

  @Traced({ kind: 'client', attributes: (key: string) => ({ 'oss.key': key }) })
  async write(key: string, picture: Buffer): Promise<void> {
    await this.#client.put(key, picture);
  }
}

@Handler({ trigger: 'oss' })
class Thumbnails {
  constructor(private readonly pictures: Pictures) {}

  async handle(event: OssEvent): Promise<void> {
    await forEachRecord(event, async ({ oss }) => {
      const picture = await this.pictures.read(oss.object.key);
      // Not below in/, or the thumbnail would call this function again.
      await this.pictures.write(oss.object.key.replace(/^in\//, 'thumbnails/'), shrink(picture, EDGE));
    });
  }
}

export const { handler, initialize, preStop } = createHandler(Thumbnails);
