-- What balancer/round_robin.lua calls of resty.roundrobin: each node in turn, as often as its weight says.
local _M = {}
_M.__index = _M

function _M.new(self, nodes)
  local object = setmetatable({}, self)
  object:reinit(nodes)
  return object
end

function _M.reinit(self, nodes)
  self.nodes = nodes
  self.turns = {}
  for id, weight in pairs(nodes) do
    for _ = 1, weight do
      self.turns[#self.turns + 1] = id
    end
  end
  table.sort(self.turns)
  -- Every worker would begin with the same node otherwise.
  self.turn = math.random(#self.turns)
end

function _M.find(self)
  self.turn = self.turn % #self.turns + 1
  return self.turns[self.turn]
end

return _M
