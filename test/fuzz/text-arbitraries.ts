/** Malformed text, from which the other arbitraries are made. */
import * as fc from 'fast-check'

const CHARACTERS = 'abzAZ09-._~:!*\'(),;@&=+$/?#[]{}<>|\\^`" \t\u0080\u00ff'.split('')
const ESCAPES = ['%00', '%0a', '%0d%0a', '%', '%2f', '%zz', '%ff', '..', '%2e%2e']

/** Text for a header. Characters that end a connection in every HTTP parser are left out. */
export const LINE_TEXT = fc
  .array(fc.constantFrom(...CHARACTERS, ...ESCAPES), { maxLength: 24 })
  .map((parts) => parts.join(''))

/** Text for a request line. */
export const TARGET_TEXT = LINE_TEXT.map((text) => text.replaceAll(/[^!"$->@-~]/g, '+'))

/** Valid and nearly valid cursors. */
export const CURSOR_TEXT = fc.oneof(
  LINE_TEXT,
  fc
    .array(
      fc
        .tuple(
          fc.constantFrom(
            'abcdefgh',
            'ABCDEFGH',
            '00000000',
            'abcdefg',
            'abcdefghi',
            'abc-efgh',
            '',
          ),
          fc.constantFrom('-', '--', '', '.'),
          fc.oneof(
            fc.bigInt(-1n, 2n ** 70n).map(String),
            fc.constantFrom(
              '0',
              '00',
              '01',
              '-0',
              '1e3',
              '0x1',
              '9007199254740991',
              '9007199254740992',
            ),
          ),
        )
        .map((parts) => parts.join('')),
      { maxLength: 18 },
    )
    .map((positions) => positions.join('.')),
  fc.nat(3_000).map((length) => '1'.repeat(length)),
)

/** Valid and nearly valid numbers for a query. */
export const NUMBER_TEXT = fc
  .oneof(
    fc.bigInt(-10n, 2n ** 65n).map(String),
    fc.constantFrom(
      '',
      '0',
      '-0',
      '+1',
      '1.5',
      '1e2',
      '0x10',
      'NaN',
      'Infinity',
      ' 1',
      '１',
      '1_000',
    ),
  )
  .map(encodeURIComponent)
