import { andThen } from '@bindery/storage'
import { handler } from '../../call.js'
import { isWanted } from '../../response/conditions.js'
import { checksumsOf, notModified, objectHeaders } from '../describe.js'
import { followSymlink } from './follow-symlink.js'

export const headObject = handler('HeadObject', (call) =>
  andThen(followSymlink(call, { record: call.object }), ({ record }) => {
    const headers = objectHeaders(call, record)
    if (!isWanted(call.input, record)) throw notModified(headers)
    if (call.input.checksumMode !== 'ENABLED') return { output: headers }
    return { output: { ...headers, ...checksumsOf(record.checksum) } }
  }),
)
