import { type InputOf, type Operations, OssError } from '@bindery/protocol'
import { andThen } from '@bindery/storage'
import { handler } from '../../call.js'
import type { Domain } from '../../domain/domain.js'
import { putLegalHold, putRetention } from '../../domain/objects/holds.js'
import { findObject } from '../../domain/objects/objects.js'
import type { BucketRecord, Holds } from '../../domain/stored/model.js'
import { shownVersionOf } from '../../domain/stored/version-id.js'
import { given } from '../describe.js'

type HoldInput = Pick<InputOf<Operations['PutObject']>, 'wormMode' | 'wormRetainUntil' | 'wormLegalHold'>

/** The part of a call that states how its new version is to be held. */
interface Stating {
  readonly domain: Domain
  readonly bucket: BucketRecord
  readonly input: HoldInput
}

/** The holds that a request sets on its new version. Throws objectWormMissing, retentionIncomplete, retentionInPast. */
export function statedHolds({ domain, bucket, input }: Stating): Holds {
  const { wormMode: mode, wormRetainUntil: until, wormLegalHold: legalHold } = input
  if (mode === undefined && until === undefined && legalHold === undefined) return {}
  if (bucket.documents?.objectWorm === undefined) throw new OssError('objectWormMissing')
  if ((mode === undefined) !== (until === undefined)) throw new OssError('retentionIncomplete')
  if (until !== undefined && until <= domain.clock()) throw new OssError('retentionInPast')
  const retention = mode && until ? { mode, until } : undefined
  return given({ retention, legalHold })
}

export const putObjectRetention = handler('PutObjectRetention', async (call) => {
  const { mode, retainUntil: until } = call.document
  const record = await putRetention(call.domain, call.objectName, { mode, until }, call.input.bypassGovernance)
  return { output: { versionId: shownVersionOf(call.bucket, record) } }
})

export const getObjectRetention = handler('GetObjectRetention', (call) => {
  return andThen(findObject(call.domain, call.objectName), (record) => {
    if (record.retention === undefined) throw new OssError('noSuchRetention')
    const { mode, until: retainUntil } = record.retention
    return { output: { versionId: shownVersionOf(call.bucket, record) }, result: { mode, retainUntil } }
  })
})

export const putObjectLegalHold = handler('PutObjectLegalHold', async (call) => {
  const record = await putLegalHold(call.domain, call.objectName, call.document.status)
  return { output: { versionId: shownVersionOf(call.bucket, record) } }
})

export const getObjectLegalHold = handler('GetObjectLegalHold', (call) => {
  return andThen(findObject(call.domain, call.objectName), (record) => {
    if (record.legalHold === undefined) throw new OssError('noSuchLegalHold')
    return { output: { versionId: shownVersionOf(call.bucket, record) }, result: { status: record.legalHold } }
  })
})
