import { andThen } from '@bindery/storage'
import { handler } from '../../call.js'
import { readAccountSetting, setAccountSetting } from '../../domain/buckets/account-settings.js'

export const putPublicAccessBlock = handler('PutPublicAccessBlock', async (call) => {
  await setAccountSetting(call.domain, call.accountId, 'publicAccessBlock', call.document)
  return { output: {} }
})

export const getPublicAccessBlock = handler('GetPublicAccessBlock', ({ domain, accountId }) => {
  return andThen(
    domain.metadata.read((reader) => readAccountSetting(reader, accountId, 'publicAccessBlock')),
    (found) => {
      return { output: {}, result: found ?? { blockPublicAccess: false } }
    },
  )
})

export const deletePublicAccessBlock = handler('DeletePublicAccessBlock', async ({ domain, accountId }) => {
  await setAccountSetting(domain, accountId, 'publicAccessBlock', undefined)
  return { output: {} }
})
