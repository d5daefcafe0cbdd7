import { expect, it } from 'vitest';
import { unbroken } from './words';

it('no line ends between a number and what it counts', () => {
  expect(unbroken('Refused: text 82.0 %, none 0 % (1 seed); 0.3 nats, 8 pairs, of 20 seeds. 3 arms')).toBe(
    'Refused: text 82.0\u00a0%, none 0\u00a0% (1\u00a0seed); 0.3\u00a0nats, 8\u00a0pairs, of 20\u00a0seeds. 3 arms',
  );
});
