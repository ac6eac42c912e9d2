import { OssError } from '@bindery/protocol'
import { andThen } from '@bindery/storage'
import { handler } from '../../call.js'
import { findRule } from '../../domain/buckets/cors.js'
import { findDocument } from '../../domain/buckets/documents.js'
import { crossOriginOutput } from '../../response/cross-origin.js'

export const optionObject = handler('OptionObject', ({ domain, bucket, input }) => {
  const { origin, method, headers } = input
  return andThen(findDocument(domain, bucket.name, 'cors'), (cors) => {
    if (cors === undefined) throw new OssError('corsNotEnabled')
    const found = findRule(cors, { origin, method, headers: headers?.split(',') })
    if (found === undefined) throw new OssError('preflightNotAllowed')
    return { output: { ...crossOriginOutput(cors, found), allowHeaders: headers || undefined } }
  })
})
