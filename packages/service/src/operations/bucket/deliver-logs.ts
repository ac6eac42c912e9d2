import { logObjectKey } from '../../access-log/line.js'
import { handler } from '../../call.js'
import { deliverLogsNow } from '../../domain/upkeep/deliver-logs.js'

export const deliverBucketLogs = handler('DeliverBucketLogs', async (call) => {
  const { domain, bucket } = call
  call.exchange.surroundings.walks.enter(call.scope)
  const logs: { target: string; key: string }[] = []
  for await (const { target, key } of deliverLogsNow(domain, bucket.name, logObjectKey)) logs.push({ target, key })
  return { output: {}, result: { logs } }
})
