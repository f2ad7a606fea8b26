"""Lua scripts for what must happen in Redis as one step: a script runs whole, and reaches the append-only file whole.

Offsets are Redis's own (``milliseconds-sequence``). Lua numbers hold both parts exactly.
"""

from __future__ import annotations

from typing import Final

APPEND: Final = """
-- KEYS stream, ids, epoch, home · ARGV the epoch and the last offset that were acknowledged (or two empty words), a word for a new epoch,
-- the name of the home (or an empty word), (id, data)…  →  how many were new, the last offset, the epoch; -1 in place of the first where
-- this Redis lacks what was acknowledged, -2 where it is another home's, whose name is in place of the epoch
local function parts(offset)
  local ms, sequence = offset:match('^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(sequence)
end
local function last()
  if redis.call('EXISTS', KEYS[1]) == 0 then return '0-0' end
  local about = redis.call('XINFO', 'STREAM', KEYS[1])
  for i = 1, #about, 2 do
    if about[i] == 'last-generated-id' then return about[i + 1] end
  end
end
local home = redis.call('GET', KEYS[4])
if home and ARGV[4] ~= '' and home ~= ARGV[4] then return {-2, last(), home} end
local epoch = redis.call('GET', KEYS[3])
if ARGV[1] ~= '' then
  local ms, sequence = parts(last())
  local marked_ms, marked_sequence = parts(ARGV[2])
  if epoch ~= ARGV[1] or ms < marked_ms or (ms == marked_ms and sequence < marked_sequence) then return {-1, last(), epoch or ''} end
end
if not epoch then
  epoch = ARGV[3]
  redis.call('SET', KEYS[3], epoch)
end
if not home and ARGV[4] ~= '' and #ARGV > 4 then redis.call('SET', KEYS[4], ARGV[4]) end
local added = 0
for i = 5, #ARGV, 2 do
  if not redis.call('ZSCORE', KEYS[2], ARGV[i]) then
    local offset = redis.call('XADD', KEYS[1], '*', 'id', ARGV[i], 'data', ARGV[i + 1])
    redis.call('ZADD', KEYS[2], offset:match('^%d+'), ARGV[i])
    added = added + 1
  end
end
return {added, last(), epoch}
"""

CLAIM: Final = """
-- KEYS stream, dead letters · ARGV group, consumer, idle in ms, how many, delivery limit  →  (offset, deliveries, fields)…
local most, wanted, claimed, from = tonumber(ARGV[5]), tonumber(ARGV[4]), {}, '-'
while #claimed < wanted do
  local stale = redis.call('XPENDING', KEYS[1], ARGV[1], 'IDLE', ARGV[3], from, '+', wanted)
  if #stale == 0 then break end
  for _, entry in ipairs(stale) do
    local offset, deliveries = entry[1], entry[4]
    from = '(' .. offset
    if deliveries >= most then
      local found = redis.call('XRANGE', KEYS[1], offset, offset)
      if found[1] then redis.call('XADD', KEYS[2], '*', 'deliveries', deliveries, unpack(found[1][2])) end
      redis.call('XACK', KEYS[1], ARGV[1], offset)
    elseif #claimed < wanted then
      local found = redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], ARGV[3], offset)
      if found[1] then claimed[#claimed + 1] = {offset, deliveries + 1, found[1][2]} end
    end
  end
end
return claimed
"""

TRIM: Final = """
-- KEYS stream, ids, last dropped · ARGV seconds that ids are remembered, the last offset that may go (or an empty word)  →  how many went
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local function parts(offset)
  local ms, sequence = offset:match('^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(sequence)
end
local keep_ms, keep_sequence
local function keep_from(ms, sequence)
  if not keep_ms or ms < keep_ms or (ms == keep_ms and sequence < keep_sequence) then keep_ms, keep_sequence = ms, sequence end
end
for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local about = {}
  for i = 1, #group, 2 do about[group[i]] = group[i + 1] end
  local ms, sequence = parts(about['last-delivered-id'])
  keep_from(ms, sequence + 1)
  local first_pending = redis.call('XPENDING', KEYS[1], about['name'])[2]
  if first_pending then keep_from(parts(first_pending)) end
end
if ARGV[2] ~= '' then
  local ms, sequence = parts(ARGV[2])
  keep_from(ms, sequence + 1)
end
if not keep_ms then return 0 end
local from = string.format('%.0f-%.0f', keep_ms, keep_sequence)
local gone = 0
local last = redis.call('XREVRANGE', KEYS[1], '(' .. from, '-', 'COUNT', 1)[1]
if last then
  redis.call('SET', KEYS[3], last[1])
  gone = redis.call('XTRIM', KEYS[1], 'MINID', '=', from)
end
local dropped = redis.call('GET', KEYS[3])
if dropped then
  local now = redis.call('TIME')
  local forget = math.min(parts(dropped), math.floor(now[1] * 1000 + now[2] / 1000 - ARGV[1] * 1000))
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', '(' .. string.format('%.0f', forget))
end
return gone
"""

REPACK: Final = """
-- KEYS stream, a key to try it on · ARGV most entries  →  how many were written anew, in their places: Redis holds an entry that is gone
-- until those that it lies among are gone, too; -1 where they are more, or this Redis would not take them back
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local function anew(key, kept, about)
  redis.call('XTRIM', key, 'MAXLEN', '=', 0)
  redis.call('XSETID', key, '0-0')
  for _, entry in ipairs(kept) do redis.call('XADD', key, entry[1], unpack(entry[2])) end
  redis.call('XSETID', key, about['last-generated-id'], 'ENTRIESADDED', about['entries-added'],
             'MAXDELETEDID', about['max-deleted-entry-id'])
end
local function told(key)
  local flat, about = redis.call('XINFO', 'STREAM', key), {}
  for i = 1, #flat, 2 do about[flat[i]] = flat[i + 1] end
  return about, redis.call('XRANGE', key, '-', '+', 'COUNT', ARGV[1] + 1)
end
local function try(key)
  for i = 1, 4 do redis.call('XADD', key, i .. '-0', 'a', 'b') end
  redis.call('XDEL', key, '2-0', '4-0')
  local about, kept = told(key)
  anew(key, kept, about)
end
redis.call('DEL', KEYS[2])
local taken, trouble = pcall(try, KEYS[2])
redis.call('DEL', KEYS[2])
local about, kept = told(KEYS[1])
if not taken or #kept > tonumber(ARGV[1]) then return -1 end
anew(KEYS[1], kept, about)
return #kept
"""
