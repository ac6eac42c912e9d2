import { OssError } from '@bindery/protocol'
import { handler } from '../../call.js'
import { allowed, findRule, readCors } from '../../domain/buckets/cors.js'

export const optionObject = handler('OptionObject', async ({ domain, bucket, input }) => {
  const { origin, method, headers } = input
  const cors = await domain.metadata.read((reader) => readCors(reader, bucket.name))
  if (cors === undefined) throw new OssError('corsNotEnabled')
  const found = findRule(cors, { origin, method, headers: headers?.split(',') })
  if (found === undefined) throw new OssError('preflightNotAllowed')
  return { output: { ...allowed(cors, found), allowHeaders: headers || undefined } }
})
