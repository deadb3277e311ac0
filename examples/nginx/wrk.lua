-- Run by examples/nginx/measure: wrk -s wrk.lua URL -- WORK RUN
local thread_ids = 0

function setup(thread)
    thread_ids = thread_ids + 1
    thread:set("id", thread_ids)
end

function init(args)
    work, run, sent = args[1], args[2], 0
    math.randomseed(id)
    wrk.headers["X-Auth-Token"] = "any"
    wrk.headers["Accept"] = "application/json"
    wrk.headers["Content-Type"] = "application/json"
end

function request()
    local customers = "/stores/s" .. math.random(64) .. "/v2/customers"
    if work == "one" then
        return wrk.format("GET", customers .. "/" .. math.random(100))
    elseif work == "list" then
        return wrk.format("GET", customers .. "?limit=50&page=" .. math.random(2))
    end
    sent = sent + 1
    local email = run .. "-" .. id .. "-" .. sent .. "@example.com"
    local body = '{"first_name":"Jane","last_name":"Doe","email":"' .. email .. '"}'
    return wrk.format("POST", customers, nil, body)
end
