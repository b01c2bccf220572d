export interface Recommendation {
  /** In seconds. */
  readonly at: number
  readonly replicas: number
}

export interface Windows {
  readonly up: number
  readonly down: number
}

/**
 * `stabilizeRecommendationWithBehaviors` of horizontal.go: no more than the least that was recommended within the
 * window for growing, and no less than the most within the window for shrinking.
 */
export function stabilize(
  now: number,
  current: number,
  recommended: number,
  before: readonly Recommendation[],
  windows: Windows,
): number {
  const within = (window: number) =>
    before.filter(({ at }) => at > now - window).map(({ replicas }) => replicas)
  const most = Math.min(recommended, ...within(windows.up))
  const least = Math.max(recommended, ...within(windows.down))
  return Math.min(Math.max(current, most), least)
}
