import { operation } from '../../operation.js'
import { page, refuseVersionId } from '../shared.js'

export const deleteObject = operation({
  name: 'DeleteObject',
  summary: 'Deletes an object; succeeds even if it does not exist.',
  source: page(31982),
  method: 'DELETE',
  level: 'object',
  permissions: ['oss:DeleteObject'],
  input: {},
  status: 204,
  output: {},
  errors: ['noSuchBucket'],
  refuses: [refuseVersionId],
})
