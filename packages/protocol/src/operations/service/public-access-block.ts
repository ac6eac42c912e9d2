import { operation } from '../../operation.js'
import { publicAccessBlockConfiguration } from '../bucket/public-access-block.js'
import { apiPage, DOCUMENT_CAUSES } from '../shared.js'

const common = { level: 'service', when: [{ query: ['publicAccessBlock'] }], input: {}, output: {} } as const

export const putPublicAccessBlock = operation({
  ...common,
  name: 'PutPublicAccessBlock',
  summary: 'Sets whether public access to all buckets of an account is blocked.',
  source: apiPage('PutPublicAccessBlock'),
  method: 'PUT',
  permissions: ['oss:PutPublicAccessBlock'],
  body: publicAccessBlockConfiguration,
  status: 200,
  errors: DOCUMENT_CAUSES,
})

export const getPublicAccessBlock = operation({
  ...common,
  name: 'GetPublicAccessBlock',
  summary: 'Reads whether public access to all buckets of an account is blocked.',
  source: apiPage('GetPublicAccessBlock'),
  method: 'GET',
  permissions: ['oss:GetPublicAccessBlock'],
  status: 200,
  result: publicAccessBlockConfiguration,
  errors: [],
})

export const deletePublicAccessBlock = operation({
  ...common,
  name: 'DeletePublicAccessBlock',
  summary: 'Lets the buckets of an account decide for themselves whether public access is blocked.',
  source: apiPage('DeletePublicAccessBlock'),
  method: 'DELETE',
  permissions: ['oss:DeletePublicAccessBlock'],
  status: 204,
  errors: [],
})
