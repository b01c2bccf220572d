/** How the scripts of the Redis log name what is appended, and notice that a log was put back. */

/** Epochs kept in a chain. A longer one is cut at its old end, as `History` allows. */
const MAX_CHAIN = 16

/**
 * `replicationId()`: which every restart and promotion changes.
 * `newestOf(chain)`: the newest epoch and its first offset.
 * `extended(chain, epoch, first)`: the chain with a further epoch.
 *
 * `forkOf(events, chain, top, time, opened, epoch, offset, seen)`: where the log has left the line of an
 * event that somebody knows to have been accepted (`epoch`, `offset`, and `seen` as its time): the first
 * offset that may have another meaning since. Nil where it has not, or where the chain says so already,
 * or as far as can be told. It has left the line
 *   - if that is the newest epoch, and the event is not there, or another in its place;
 *   - if it knows nothing of the epoch, though its own newest one is older than the event.
 *
 * What was accepted after the log was put back is younger than the event, and what it was put back to is
 * older. Where that does not tell them apart, since the oldest of the younger ones is trimmed or the clock
 * was turned back, all of the newest epoch counts as left.
 */
export const EPOCHS = `
local function replicationId()
  return string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)')
end
local function newestOf(chain)
  local epoch, first = string.match(chain, '(%w+):(%d+)$')
  return epoch, tonumber(first)
end
local function extended(chain, epoch, first)
  chain = chain .. ' ' .. epoch .. ':' .. text(first)
  local _, starts = string.gsub(chain, ':', '')
  if starts > ${MAX_CHAIN} then chain = string.gsub(chain, '^%S+ ', '') end
  return chain
end
local function forkOf(events, chain, top, time, opened, epoch, offset, seen)
  local newest, first = newestOf(chain)
  if epoch == newest then
    if offset == top and seen == time then return nil end
    if offset < top then
      local found, accepted = entry(events, text(offset), offset)
      if not found or accepted == seen then return nil end
    end
  elseif opened >= seen or string.find(' ' .. chain, ' ' .. epoch .. ':', 1, true) then
    return nil
  end
  if time < seen then return (epoch ~= newest or top < offset) and top + 1 or first end
  local oldest, accepted = entry(events, '-', top)
  if not oldest or accepted >= seen then return first end
  return math.max(first, seek(events, oldest, top, function(younger) return younger < seen end))
end
`
