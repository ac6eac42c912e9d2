import { OssError } from '@bindery/protocol'
import { handler } from '../../call.js'
import { corsHeaders, findRule } from '../../domain/buckets/cors.js'
import { findDocument } from '../../domain/buckets/documents.js'

export const optionObject = handler('OptionObject', async ({ domain, bucket, input }) => {
  const { origin, method, headers } = input
  const cors = await findDocument(domain, bucket.name, 'cors')
  if (cors === undefined) throw new OssError('corsNotEnabled')
  const found = findRule(cors, { origin, method, headers: headers?.split(',') })
  if (found === undefined) throw new OssError('preflightNotAllowed')
  return { output: { ...corsHeaders(cors, found), allowHeaders: headers || undefined } }
})
