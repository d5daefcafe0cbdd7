import assert from 'node:assert/strict';
import test from 'node:test';
import { crateOf, demangle, functions, sections } from '../wasm.mjs';

const text = (word) => [word.length, ...Buffer.from(word)];
const section = (id, ...content) => [id, content.length, ...content];

/** One imported function and two of its own, of which the second has a name. */
const MODULE = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, 1, 0x60, 0, 0),
  ...section(2, 2, ...text('m'), ...text('memory'), 2, 1, 1, 2, ...text('m'), ...text('f'), 0, 0),
  ...section(3, 2, 0, 0),
  ...section(10, 2, 2, 0, 0x0b, 3, 0, 1, 0x0b),
  ...section(0, ...text('name'), 0, 1, 0, 1, 14, 1, 2, ...text('_ZN1a4stepE')),
);

test('the module of the test is one', () => assert.ok(WebAssembly.validate(MODULE)));

test('sections are found with their sizes', () => {
  assert.deepEqual(sections(MODULE).map(({ name, bytes }) => [name, bytes]), [['types', 4], ['imports', 20], ['functions', 3], ['code', 8], ['name', 24]]);
  assert.throws(() => sections(Uint8Array.of(1, 2, 3)), /no WebAssembly module/);
});

test('functions have their sizes and, past the imported ones, their names', () => {
  assert.deepEqual(functions(MODULE), [{ name: 'function 1', bytes: 2 }, { name: '_ZN1a4stepE', bytes: 3 }]);
});

test('symbols of Rust become paths', () => {
  assert.equal(demangle('_ZN4core3fmt5write17h0123456789abcdefE'), 'core::fmt::write');
  assert.equal(demangle('_ZN57_$LT$a..b..C$u20$as$u20$core..ops..Fn$LT$$LP$$RP$$GT$$GT$4call17h0123456789abcdefE'), '<a::b::C as core::ops::Fn<()>>::call');
  assert.equal(demangle('memcpy'), 'memcpy');
});

test('a function belongs to the crate of its type', () => {
  assert.equal(crateOf('stillroom::plan::cpu::step'), 'stillroom');
  assert.equal(crateOf('<core::slice::Iter<stillroom::Token> as core::iter::Iterator>::next'), 'stillroom');
  assert.equal(crateOf('core::fmt::write'), 'core');
  assert.equal(crateOf('memcpy'), 'other');
});
