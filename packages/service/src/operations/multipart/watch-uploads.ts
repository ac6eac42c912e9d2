import { utf8Bytes } from '@bindery/bytes'
import type { LentBytes } from '@bindery/storage'
import { isAllowed } from '../../access/refusal.js'
import { type CallOf, handler } from '../../call.js'
import { type FeedItem, UploadFeed } from '../../domain/uploads/upload-feed.js'
import { authoriseAgain } from '../../find-named.js'
import { ownedBytes } from '../../response/lent-stream.js'

/** Milliseconds for which a listener counts as allowed: a busy feed would else be decided about for each part. */
const ALLOWED_MS = 1_000

export const watchUploads = handler('WatchUploads', async (call) => {
  const { domain, bucket, input, scope } = call
  const feed = new UploadFeed(scope, domain.events.bus, bucket.name, input.prefix)
  await feed.ready
  // the authorised bucket may have been deleted and created by another account before the feed subscribed to deletions
  await authoriseAgain(call.head)
  // proxies such as nginx buffer answers unless this header disables it
  const output = { contentType: 'text/event-stream', cacheControl: 'no-store', buffering: 'no' }
  return { output, content: frames(feed, call) }
})

/** Ends where the listener would be refused by now: a heartbeat, at the latest, finds that out. */
async function* frames(feed: UploadFeed, call: CallOf<'WatchUploads'>): AsyncGenerator<LentBytes> {
  const { clock } = call.domain
  yield ownedBytes(utf8Bytes(': listening\n\n'))
  let allowedAt = clock()
  for (let item = await feed.next(); item !== undefined; item = await feed.next()) {
    if (clock() - allowedAt >= ALLOWED_MS) {
      if (!(await isAllowed(() => authoriseAgain(call.head)))) return
      allowedAt = clock()
    }
    yield ownedBytes(frame(item))
  }
}

/** One server-sent event; JSON has no line breaks of its own. */
function frame(item: FeedItem): Uint8Array {
  if (item.type === 'beat') return utf8Bytes(': beat\n\n')
  if (item.type === 'overflow') return utf8Bytes('event: lagged\ndata: {}\n\n')
  const { type, id, at, ...event } = item
  return utf8Bytes(
    `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify({ ...event, at: new Date(at).toISOString() })}\n\n`,
  )
}
