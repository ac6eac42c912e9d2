import { utf8Bytes } from '@bindery/bytes'
import { OssError } from '@bindery/protocol'
import type { LentBytes } from '@bindery/storage'
import { handler } from '../../call.js'
import { findBucket } from '../../domain/buckets/buckets.js'
import { type FeedItem, UploadFeed } from '../../domain/uploads/upload-feed.js'

export const watchUploads = handler('WatchUploads', async (call) => {
  const { domain, bucket, input } = call
  const feed = new UploadFeed(domain.events.bus, bucket.name, input.prefix)
  try {
    await feed.ready
    // the bucket that was authorised may have become another's before the feed was told of deletions
    const { owner } = await findBucket(domain, bucket.name)
    if (owner !== bucket.owner) throw new OssError('noSuchBucket', { BucketName: bucket.name })
  } catch (error) {
    feed.close()
    throw error
  }
  // proxies of the nginx kind hold answers back unless they are told not to
  const output = { contentType: 'text/event-stream', cacheControl: 'no-store', buffering: 'no' }
  return { output, content: stream(feed) }
})

/** Its reader need not begin for the feed to be closed. */
function stream(feed: UploadFeed): AsyncIterable<LentBytes> {
  let hasBegun = false
  const iterator: AsyncIterator<LentBytes, undefined> = {
    async next() {
      if (!hasBegun) {
        hasBegun = true
        return { done: false, value: lend(': listening\n\n') }
      }
      const item = await feed.next()
      return item === undefined ? { done: true, value: undefined } : { done: false, value: lend(frame(item)) }
    },
    async return() {
      feed.close()
      return { done: true, value: undefined }
    },
  }
  return { [Symbol.asyncIterator]: () => iterator }
}

/** One server-sent event; JSON has no line breaks of its own. */
function frame(item: FeedItem): string {
  if (item.type === 'beat') return ': beat\n\n'
  if (item.type === 'lagged') return 'event: lagged\ndata: {}\n\n'
  const { type, id, at, ...event } = item
  return `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify({ ...event, at: new Date(at).toISOString() })}\n\n`
}

function lend(text: string): LentBytes {
  return { bytes: utf8Bytes(text), release: () => {} }
}
