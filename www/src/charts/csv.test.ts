import { expect, it } from 'vitest';
import { csv } from './csv';

it('quotes what needs quotes', () => {
  expect(csv(['a', 'b'], [['x,y', 'say "hi"'], ['two\nlines', 'plain']])).toBe('a,b\r\n"x,y","say ""hi"""\r\n"two\nlines",plain\r\n');
});

it('leaves numbers alone, also negative ones, and blanks what was not measured', () => {
  expect(csv(['n'], [[-1.5], [1e-9], [null], [undefined], [NaN]])).toBe('n\r\n-1.5\r\n1e-9\r\n\r\n\r\n\r\n');
});

it('keeps text from being run as a formula', () => {
  expect(csv(['t'], [['=1+1'], ['+x'], ['-x'], ['@x'], ['=a,"b"']])).toBe(`t\r\n'=1+1\r\n'+x\r\n'-x\r\n'@x\r\n"'=a,""b"""\r\n`);
});
