/** How long every log keeps what is no event, in ms. */

/** A repeated key gives the first positions again for so long. */
export const KEY_LIFETIME = 10 * 60_000

/** A channel's metadata outlives its history by so much; incarnations are forgotten no later. */
export const FORGET_AFTER = 24 * 3_600_000
