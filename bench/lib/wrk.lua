-- Sends pings that are all different and prints what came of them as one line of JSON.
-- Arguments: "get" or "post", pings per request, a prefix of 8 characters for batch ids.
local LABELS = 100

local thread_count = 0
function setup(thread)
  thread:set("thread_id", thread_count)
  thread_count = thread_count + 1
end

local requests, sent, head
function init(args)
  local method, pings, prefix = args[1], tonumber(args[2]), args[3]
  requests, sent = {}, 0
  head = string.format('{"v":1,"id":"%s%02d', prefix, thread_id)
  for first = 0, LABELS - 1 do
    local list = {}
    for ping = first, first + pings - 1 do
      local n = ping % LABELS
      list[#list + 1] = method == "get" and string.format("label%d:buttons:dom%d", n, n)
        or string.format('["label%d","buttons","dom%d"]', n, n)
    end
    requests[first] = method == "get" and wrk.format("GET", "/track/?labels=" .. table.concat(list, "|"))
      or ',"pings":[' .. table.concat(list, ",") .. "]}"
  end
  is_get = method == "get"
end

function request()
  local pings = requests[sent % LABELS]
  sent = sent + 1
  if is_get then return pings end
  local body = string.format('%s%012d","at":%d%s', head, sent, os.time() * 1000, pings)
  return wrk.format("POST", "/track/", nil, body)
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    '{"requests":%d,"seconds":%f,"failed":%d,"p50Ms":%f,"p99Ms":%f}',
    summary.requests, summary.duration / 1e6,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
