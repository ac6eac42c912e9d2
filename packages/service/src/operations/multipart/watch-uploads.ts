import { utf8Bytes } from '@bindery/bytes'
import { OssError } from '@bindery/protocol'
import type { LentBytes } from '@bindery/storage'
import { handler } from '../../call.js'
import { findBucket } from '../../domain/buckets/buckets.js'
import { type FeedItem, UploadFeed } from '../../domain/uploads/upload-feed.js'
import { ownedBytes } from '../../response/lent-stream.js'

export const watchUploads = handler('WatchUploads', async (call) => {
  const { domain, bucket, input, scope } = call
  const feed = new UploadFeed(scope, domain.events.bus, bucket.name, input.prefix)
  await feed.ready
  // the authorised bucket may have been deleted and created by another account before the feed subscribed to deletions
  const { owner } = await findBucket(domain, bucket.name)
  if (owner !== bucket.owner) throw new OssError('noSuchBucket', { bucketName: bucket.name })
  // proxies such as nginx buffer answers unless this header disables it
  const output = { contentType: 'text/event-stream', cacheControl: 'no-store', buffering: 'no' }
  return { output, content: frames(feed) }
})

async function* frames(feed: UploadFeed): AsyncGenerator<LentBytes> {
  yield ownedBytes(utf8Bytes(': listening\n\n'))
  for (let item = await feed.next(); item !== undefined; item = await feed.next()) yield ownedBytes(frame(item))
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
