-- The requests of one kind of work, made beforehand where that is possible, so that the generator costs little.
-- Arguments: kind, highest customer id, number of stores, run (makes the emails of creates unique).
local threads = 0
function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

local function path(store) return "/stores/bench" .. store .. "/v2/customers" end

function init(args)
  kind, last, stores, run = args[1], tonumber(args[2]), tonumber(args[3]), args[4]
  math.randomseed(number + 42)
  wrk.headers["X-Auth-Token"] = "bench"
  wrk.headers["Content-Type"] = "application/json"
  made, count = {}, 0
  for i = 1, 1000 do
    local store, id = math.random(stores) - 1, math.random(last)
    if kind == "one" then
      made[i] = wrk.format("GET", path(store) .. "/" .. id)
    elseif kind == "gzip" then
      made[i] = wrk.format("GET", path(store) .. "/" .. id, { ["X-Auth-Token"] = "bench", ["Accept-Encoding"] = "gzip" })
    elseif kind == "list" then
      made[i] = wrk.format("GET", path(store) .. "?page=" .. math.random(math.floor(last / 50)))
    elseif kind == "v3-list" then
      made[i] = wrk.format("GET", "/stores/bench0/v3/customers?include=addresses&page=" .. math.random(math.floor(last / 50)))
    elseif kind == "email" then
      made[i] = wrk.format("GET", path(store) .. "?email=c" .. id .. "@example.com")
    elseif kind == "put" then
      made[i] = wrk.format("PUT", path(store) .. "/" .. id, nil, '{"phone":"' .. i .. '"}')
    end
  end
end

local function customer()
  count = count + 1
  return '{"first_name":"Jane","last_name":"Doe","email":"' .. run .. "t" .. number .. "n" .. count .. '@example.com"}'
end

function request()
  if kind == "post" then
    return wrk.format("POST", path(count % stores), nil, customer())
  elseif kind == "v3-batch" then
    local ten = {}
    for i = 1, 10 do ten[i] = customer() end
    return wrk.format("POST", "/stores/ten/v3/customers", nil, "[" .. table.concat(ten, ",") .. "]")
  end
  count = count + 1
  return made[count % 1000 + 1]
end

function done(summary, latency)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout
  io.write(string.format("result %d %d %d %d %d\n", summary.requests, summary.duration, failed, latency:percentile(50), latency:percentile(99)))
end
