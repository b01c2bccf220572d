/** A curve through points, straight between them and level beyond. Values are shares of the subscribers at the start. */
export function curve(
  points: readonly (readonly [minute: number, share: number])[],
): (minute: number, base: number) => number {
  return (minute, base) => {
    const next = points.findIndex(([at]) => at > minute)
    const [fromMinute, from] = points.at(next === -1 ? -1 : Math.max(0, next - 1)) ?? [0, 1]
    const [toMinute, to] = points.at(next) ?? [fromMinute, from]
    const part = toMinute === fromMinute ? 0 : (minute - fromMinute) / (toMinute - fromMinute)
    return base * (from + (to - from) * Math.max(0, part))
  }
}
