import { traced } from 'fc-traced';
import { PNG } from 'pngjs';

/** Returns a PNG whose longer edge is at most `edge` pixels, with the nearest pixel of the original for each. */
export const shrink = traced(
  function shrink(picture: Buffer, edge: number): Buffer {
    const original = PNG.sync.read(picture);
    const scale = Math.min(1, edge / Math.max(original.width, original.height));
    const small = new PNG({ width: Math.ceil(original.width * scale), height: Math.ceil(original.height * scale) });
    for (let y = 0; y < small.height; y += 1) {
      for (let x = 0; x < small.width; x += 1) {
        const from = (Math.floor(y / scale) * original.width + Math.floor(x / scale)) * 4;
        original.data.copy(small.data, (y * small.width + x) * 4, from, from + 4);
      }
    }
    return PNG.sync.write(small);
  },
  { attributes: (_picture, edge) => ({ 'picture.edge': edge }) },
);
