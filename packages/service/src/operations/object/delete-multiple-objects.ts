import { type FailedDeletion, isVersionId, OssError } from '@bindery/protocol'
import { type CallOf, handler } from '../../call.js'
import { type Domain, letOthersRun } from '../../domain/domain.js'
import { deleteObject } from '../../domain/objects/objects.js'
import type { Deleted } from '../../domain/objects/versions.js'
import type { WriteCondition } from '../../domain/objects/write-condition.js'
import type { ObjectName, VersionId } from '../../domain/stored/model.js'
import { conditionOf } from '../describe.js'

/** Enough to share commits, and few enough to leave room for other requests. */
const DELETES_AT_ONCE = 16
/** Decisions about permissions between which other requests run. */
const DECISIONS_AT_ONCE = 100

/** Deletes nothing unless every object may be deleted. */
export const deleteMultipleObjects = handler('DeleteMultipleObjects', async (call) => {
  const { quiet, objects } = call.document
  const { bypassGovernance } = call.input
  if (call.input.reportsFailures === true) return { output: {}, result: await deleteEach(call) }
  const names = objects.map(({ key, versionId }): ObjectName => {
    return { bucket: call.bucket.name, key: call.keyOf(key), version: versionId }
  })
  for (const [index, name] of names.entries()) {
    if (index > 0 && index % DECISIONS_AT_ONCE === 0) await letOthersRun(call.domain)
    await call.authorise(name)
  }
  const deleted: ReturnType<typeof described>[] = []
  for (let at = 0; at < names.length; at += DELETES_AT_ONCE) {
    const batch = names.slice(at, at + DELETES_AT_ONCE)
    const done = await Promise.all(batch.map((name) => deleteUnlessRetained(call.domain, name, bypassGovernance)))
    deleted.push(...done.flat())
  }
  if (quiet === true) return { output: {}, result: undefined }
  return { output: {}, result: { encodingType: call.input.encodingType, deleted } }
})

interface ToDelete extends Pick<WriteCondition, 'size' | 'modifiedAt'> {
  readonly key: string
  readonly versionId?: VersionId | undefined
  readonly etag?: string | undefined
}

/** Deletes what it may, and reports what it may not. */
async function deleteEach(call: CallOf<'DeleteMultipleObjects'>) {
  const { quiet, objects } = call.document
  const deleted: ReturnType<typeof described>[] = []
  const failures: FailedDeletion[] = []
  for (let at = 0; at < objects.length; at += DELETES_AT_ONCE) {
    const batch = objects.slice(at, at + DELETES_AT_ONCE)
    const outcomes = await Promise.all(batch.map((one) => deleteOne(call, one)))
    for (const outcome of outcomes) {
      if ('error' in outcome) failures.push(outcome)
      else if (quiet !== true) deleted.push(outcome)
    }
  }
  return { deleted, failures }
}

async function deleteOne(call: CallOf<'DeleteMultipleObjects'>, { key, versionId, etag, size, modifiedAt }: ToDelete) {
  try {
    if (versionId !== undefined && !isVersionId(versionId)) throw new OssError('noSuchVersion')
    const name = { bucket: call.bucket.name, key: call.keyOf(key), version: versionId }
    await call.authorise(name)
    const { bypassGovernance } = call.input
    const condition = conditionOf({ matches: etag === undefined ? undefined : [etag], size, modifiedAt })
    return described(name, await deleteObject(call.domain, name, { bypassGovernance, condition }))
  } catch (error) {
    if (error instanceof OssError && error.isClientError) return { key, versionId, error }
    throw error
  }
}

/** Nothing where the object is retained or held: OSS leaves it out of its answer. */
async function deleteUnlessRetained(
  domain: Domain,
  name: ObjectName,
  bypassGovernance: boolean,
): Promise<ReturnType<typeof described>[]> {
  try {
    return [described(name, await deleteObject(domain, name, { bypassGovernance }))]
  } catch (error) {
    if (error instanceof OssError && error.reason === 'fileImmutable') return []
    throw error
  }
}

/** A delete marker is named whether it was made or deleted. */
function described({ key, version }: ObjectName, { version: deleted, isMarker }: Deleted) {
  return {
    key,
    versionId: version,
    deleteMarker: isMarker ? true : undefined,
    deleteMarkerVersionId: isMarker ? deleted : undefined,
  }
}
