import { Traced } from 'fc-traced';
import { readFile } from 'node:fs/promises';

/** Reads the weather of a city from a file. */
export class Forecast {
  @Traced({
    attributes: (city: string) => ({ 'weather.city': city }),
    resultAttributes: (sky: string) => ({ 'weather.sky': sky }),
  })
  async of(city: string): Promise<string> {
    const sky = (await this.read(process.env['WEATHER_FILE'] ?? 'weather.json'))[city];
    if (sky === undefined) throw new RangeError(`no forecast for ${city}`);
    return sky;
  }

  @Traced()
  private async read(file: string): Promise<Record<string, string>> {
    return JSON.parse(await readFile(file, 'utf8')) as Record<string, string>;
  }
}
