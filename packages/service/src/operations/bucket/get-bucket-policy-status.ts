import { OssError } from '@bindery/protocol'
import { andThen } from '@bindery/storage'
import { CompiledPolicy } from '../../access/policy/compile.js'
import { parsePolicy } from '../../access/policy/grammar.js'
import { handler } from '../../call.js'
import { findDocument } from '../../domain/buckets/documents.js'

export const getBucketPolicyStatus = handler('GetBucketPolicyStatus', ({ domain, bucket, input }) => {
  return andThen(findDocument(domain, bucket.name, 'policy'), (text) => {
    if (text === undefined && input.needsPolicy === true) throw new OssError('noSuchBucketPolicy')
    const isPublic = text !== undefined && new CompiledPolicy(parsePolicy('bucket', text)).isPublic
    return { output: {}, result: { isPublic } }
  })
})
