import type { Operations } from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import { type CallOf, handler, type Reply } from '../../call.js'
import { verifyCustomerKey } from '../../domain/bytes/encryption.js'
import type { ObjectRecord } from '../../domain/stored/model.js'
import { isWanted, rangeHolds } from '../../response/conditions.js'
import { contentRange, selectRange } from '../../response/range.js'
import { obeyRedirect } from '../../website/site.js'
import { checksumsOf, notModified, objectHeaders } from '../describe.js'
import { followSymlink } from './follow-symlink.js'
import { partAsked } from './part-of-object.js'

export const headObject = handler('HeadObject', (call) =>
  andThen(followSymlink(call, { record: call.object }), ({ record }) => {
    obeyRedirect(call, record)
    const verified = verifyCustomerKey(call.domain, record.encryption, record.manifest, call.input.customerKey)
    return andThen(verified, () => describe(call, record))
  }),
)

function describe(call: CallOf<'HeadObject'>, record: ObjectRecord): Awaitable<Reply<Operations['HeadObject']>> {
  const headers = objectHeaders(call, record)
  const { input } = call
  if (!isWanted(input, record, call.domain.clock)) throw notModified(headers)
  if (input.partNumber !== undefined) {
    return andThen(partAsked(call.domain, record, input), (part) => ({
      status: part.status,
      output: { ...headers, ...part.headers },
    }))
  }
  const checksum = input.checksumMode === 'ENABLED' ? checksumsOf(record.checksum) : undefined
  const range = selectRange(rangeHolds(input.ifRange, record) ? input.range : undefined, record.size, true)
  if (range === undefined) return { output: checksum === undefined ? headers : { ...headers, ...checksum } }
  const contentLength = range.end - range.start
  const isWhole = contentLength === record.size
  const ranged = { contentLength, contentRange: contentRange(range, record.size), contentMd5: undefined }
  return { status: 206, output: { ...headers, ...ranged, ...(isWhole && checksum) } }
}
