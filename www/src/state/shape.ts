/** A shape checks a value that came from outside and throws `Misfit` with the place of the first thing that is wrong. */
export type Shape = (value: unknown, path: string) => void;

export class Misfit extends Error {
  constructor(path: string, wanted: string) {
    super(`“${path || 'the file'}” is not ${wanted}`);
  }
}

export const finite: Shape = (value, path) => {
  // JSON has no NaN, but 1e999 parses to Infinity.
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Misfit(path, 'a finite number');
};

export const count: Shape = (value, path) => {
  finite(value, path);
  if ((value as number) < 0 || !Number.isInteger(value)) throw new Misfit(path, 'a whole number of at least 0');
};

export const share: Shape = (value, path) => {
  finite(value, path);
  if ((value as number) < 0 || (value as number) > 1) throw new Misfit(path, 'a share between 0 and 1');
};

export const flag: Shape = (value, path) => {
  if (typeof value !== 'boolean') throw new Misfit(path, 'true or false');
};

export const text =
  (longest: number): Shape =>
  (value, path) => {
    if (typeof value !== 'string') throw new Misfit(path, 'a text');
    if (value.length > longest) throw new Misfit(path, `a text of at most ${longest} characters`);
  };

export const among =
  (...names: string[]): Shape =>
  (value, path) => {
    if (!names.includes(value as string)) throw new Misfit(path, `one of ${names.join(', ')}`);
  };

/** A value that may be missing: `null`, or not there. */
export const maybe =
  (shape: Shape): Shape =>
  (value, path) => {
    if (value !== null && value !== undefined) shape(value, path);
  };

export const listOf =
  (shape: Shape, longest: number): Shape =>
  (value, path) => {
    if (!Array.isArray(value)) throw new Misfit(path, 'a list');
    if (value.length > longest) throw new Misfit(path, `a list of at most ${longest} entries`);
    value.forEach((item, index) => shape(item, `${path}[${index}]`));
  };

/** An object with these fields. Further fields are refused: they would be lost without a word. */
export const record =
  (fields: Record<string, Shape>): Shape =>
  (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Misfit(path, 'an object');
    const at = (key: string): string => (path ? `${path}.${key}` : key);
    const stranger = Object.keys(value).find((key) => !Object.hasOwn(fields, key));
    if (stranger !== undefined) throw new Misfit(at(stranger.slice(0, 32)), 'a known field');
    for (const [key, shape] of Object.entries(fields)) shape((value as Record<string, unknown>)[key], at(key));
  };

/** An object whose keys are ids: short words without anything that could be more than a name. */
export const mapOf =
  (shape: Shape, most: number): Shape =>
  (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Misfit(path, 'an object');
    const entries = Object.entries(value);
    if (entries.length > most) throw new Misfit(path, `an object of at most ${most} fields`);
    for (const [key, one] of entries) {
      if (!/^[a-z][a-zA-Z0-9]{0,39}$/.test(key) || key in Object.prototype) throw new Misfit(`${path}.${key.slice(0, 32)}`, 'a known field');
      shape(one, `${path}.${key}`);
    }
  };
