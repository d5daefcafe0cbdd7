import { describe, expect, it } from 'vitest';
import { messageRows } from './embed';
import { experimentOf } from './experiment';
import { readTold } from './host';

const rows = messageRows(experimentOf('capability'));
const told = (message: object): object => ({ to: 'stillroom', version: 1, ...message });

describe('a message to a frame', () => {
  it.each(['start', 'pause', 'reset'])('may be %s', (type) => {
    expect(readTold(told({ type }), rows)).toEqual({ type });
  });

  it('may set what the table lets through', () => {
    expect(readTold(told({ type: 'set', values: { theme: 'dark', seed: 7 } }), rows)).toEqual({ type: 'set', values: { theme: 'dark', seed: 7 } });
  });

  it.each([
    ['nothing', undefined],
    ['a text', 'start'],
    ['a list', [told({ type: 'start' })]],
    ['no address', { version: 1, type: 'start' }],
    ['another address', { to: 'other', version: 1, type: 'start' }],
    ['another version', { to: 'stillroom', version: 2, type: 'start' }],
    ['no type', told({})],
    ['an unknown type', told({ type: 'eval' })],
    ['an object as type', told({ type: { toString: () => 'start' } })],
    ['a further field', told({ type: 'start', html: '<img src=x>' })],
    ['values without use', told({ type: 'start', values: {} })],
    ['nothing to set', told({ type: 'set' })],
    ['no values', told({ type: 'set', values: {} })],
    ['values in a list', told({ type: 'set', values: ['seed'] })],
    ['a value that does not fit', told({ type: 'set', values: { seed: -1 } })],
    ['one that fits beside one that does not', told({ type: 'set', values: { seed: 1, steps: 'NaN' } })],
    ['a setting that is none', told({ type: 'set', values: { backend: 'cpu' } })],
    ['markup as theme', told({ type: 'set', values: { theme: '<script>' } })],
    ['a prototype', told({ type: 'set', values: JSON.parse('{"__proto__": {"seed": 1}}') as object })],
    ['a constructor', told({ type: 'set', values: { constructor: 1 } })],
  ])('is nothing, if it is or has %s', (_, message) => {
    expect(readTold(message, rows)).toBeUndefined();
  });
});
