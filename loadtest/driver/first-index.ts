/** The first index below `length` that fits, where all that follow fit, too; `length` if there is none. */
export function firstIndex(length: number, fits: (index: number) => boolean): number {
  let [low, high] = [0, length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (fits(middle)) high = middle
    else low = middle + 1
  }
  return low
}
