import { handler } from '../../call.js'
import { setObjectAcl } from '../../domain/objects/objects.js'
import { shownVersionOf } from '../../domain/stored/version-id.js'
import { requirePrivacy } from '../require-acls.js'

export const putObjectAcl = handler('PutObjectACL', async (call) => {
  await requirePrivacy(call.domain, call.bucket, call.input.objectAcl)
  const object = await setObjectAcl(call.domain, call.objectName, call.input.objectAcl)
  if (call.bucket.documents?.accessmonitor !== undefined) call.domain.accessNotes.add(call.objectName, object)
  return { output: { versionId: shownVersionOf(call.bucket, object) } }
})
