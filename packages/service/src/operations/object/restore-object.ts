import { handler } from '../../call.js'
import { cleanRestored, restoreObject as restore } from '../../domain/objects/restore.js'
import { shownVersionOf } from '../../domain/stored/version-id.js'

export const restoreObject = handler('RestoreObject', async (call) => {
  const { days, job } = call.document ?? {}
  const namesTierOfArchive = call.input.namesTierOfArchive === true
  const asked = { days, tier: job && (job.tier ?? 'Standard'), namesTierOfArchive }
  const { kind, record, tier } = await restore(call.domain, call.objectName, asked)
  const output = { versionId: shownVersionOf(call.bucket, record), priority: tier }
  return kind === 'begun' ? { output } : { status: 200, output }
})

export const cleanRestoredObject = handler('CleanRestoredObject', async (call) => {
  const record = await cleanRestored(call.domain, call.objectName)
  return { output: { versionId: shownVersionOf(call.bucket, record) } }
})
