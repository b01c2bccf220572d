/** Lua functions with which the scripts of the Redis log open epochs, and detect a log that was put back. */

import { lua } from '../../redis/lua.ts'

/** Epochs kept in a chain. A longer one is cut at its old end, as `History` allows. */
const MAX_CHAIN = 16

/** The replication id of the server; every restart and promotion changes it. */
export const REPLICATION_ID = lua(
  'INFO',
)`string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)')`

/** `extended(chain, epoch, first)`: the chain with a further epoch. */
export const CHAINS = lua()`
local function extended(chain, epoch, first)
  chain = chain .. ' ' .. epoch .. ':' .. text(first)
  local _, starts = string.gsub(chain, ':', '')
  if starts > ${MAX_CHAIN} then chain = string.gsub(chain, '^%S+ ', '') end
  return chain
end
`

/**
 * `findFork(log, known)`: whether the log has left the line of an event that was accepted (`known`: its epoch,
 * offset and time). `log` is the state of the log: the key of its events, chain, top, the time of the event at
 * the top, and when its newest epoch was opened. If the log has left the line, returns the corrected chain and
 * the offset at which a further epoch must begin, so that every follower reads it; else nil, also where the
 * chain shows the fork already. The log has left that line
 *   - if by its chain it holds the event, but holds none or another at that offset;
 *   - if by its chain the epoch ended before the event, and with one that is younger;
 *   - if its chain lacks the epoch, though its own newest one is older than the event.
 *
 * Events accepted after the log was put back are younger than the known one, and those that it was put back
 * to are older: between them is the fork. Where that does not tell them apart, since the oldest of the younger
 * ones is trimmed or the clock was turned back, the epoch counts as left from its beginning.
 */
export const FORKS = lua()`
local function findFork(log, known)
  local events, chain, top = log.events, log.chain, log.top
  local first, next = string.match(' ' .. chain .. ' ', ' ' .. known.epoch .. ':(%d+) %w*:?(%d*)')
  local isKnown, isEnded = first ~= nil, next ~= nil and next ~= ''
  if isKnown then
    first = tonumber(first)
    -- The event itself, or the end of its epoch where that comes before it.
    local last = isEnded and tonumber(next) - 1 or top
    local at = math.min(known.offset, last)
    local found, accepted = at, log.time
    if at < top then found, accepted = entry(events, text(at), at) end
    if not found or (known.offset <= last and accepted == known.time) then return nil end
    if isEnded and known.offset > last and accepted < known.time then return nil end
  else
    if log.opened >= known.time then return nil end
    first = tonumber(string.match(chain, ':(%d+)$'))
  end

  local fork = first
  local oldest, accepted = entry(events, '-', top)
  if log.time < known.time then
    if not isKnown or (not isEnded and known.offset > top) then fork = top + 1 end
  elseif oldest and accepted < known.time then
    fork = math.max(first, seek(events, oldest, top, function(at) return at < known.time end))
  end
  if not isEnded then return chain, fork end
  local isAfter = false
  chain = string.gsub(chain, '(%w+):(%d+)', function(name, start)
    local isLate = isAfter and tonumber(start) > fork
    isAfter = isAfter or name == known.epoch
    return isLate and name .. ':' .. text(fork) or nil
  end)
  return chain, top + 1
end
`
