import fc from 'fast-check'

const SURROGATES_FROM = 0xd800
const SURROGATES = 0x800

/** Any code point but the halves of a pair. The unit 'binary' of fast-check is the same, and makes a map of all 1.1 million when it is first used. */
export const anyCharacter: fc.Arbitrary<string> = fc
  .nat({ max: 0x10ffff - SURROGATES })
  .map((point) => String.fromCodePoint(point < SURROGATES_FROM ? point : point + SURROGATES))
