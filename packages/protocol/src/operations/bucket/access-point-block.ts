/** The block of public access of one access point: its policy may open nothing to everyone. */
import { text } from '../../codec.js'
import { query, required } from '../../field.js'
import { operation } from '../../operation.js'
import { apiPage, DOCUMENT_CAUSES } from '../shared.js'
import { publicAccessBlockConfiguration } from './public-access-block.js'

const NAME = 'x-oss-access-point-name'
// a name that no access point can have leads to none
const common = {
  level: 'bucket',
  when: [{ query: ['publicAccessBlock', NAME] }],
  input: { accessPointName: required(query(NAME, text), 'invalidArgument', { argumentName: NAME }) },
  output: {},
} as const
const errors = ['noSuchBucket', 'noSuchAccessPoint', 'invalidArgument'] as const

export const putAccessPointPublicAccessBlock = operation({
  ...common,
  name: 'PutAccessPointPublicAccessBlock',
  summary: 'Blocks public access by an access point, or no longer.',
  source: apiPage('PutAccessPointPublicAccessBlock'),
  method: 'PUT',
  permissions: ['oss:PutAccessPointPublicAccessBlock'],
  body: publicAccessBlockConfiguration,
  status: 200,
  errors: [...errors, 'entityTooLarge', ...DOCUMENT_CAUSES],
})

export const getAccessPointPublicAccessBlock = operation({
  ...common,
  name: 'GetAccessPointPublicAccessBlock',
  summary: 'Reads whether public access by an access point is blocked.',
  source: apiPage('GetAccessPointPublicAccessBlock'),
  method: 'GET',
  permissions: ['oss:GetAccessPointPublicAccessBlock'],
  status: 200,
  result: publicAccessBlockConfiguration,
  errors,
})

export const deleteAccessPointPublicAccessBlock = operation({
  ...common,
  name: 'DeleteAccessPointPublicAccessBlock',
  summary: 'Removes the block of public access of an access point; succeeds even if it has none.',
  source: apiPage('DeleteAccessPointPublicAccessBlock'),
  method: 'DELETE',
  permissions: ['oss:DeleteAccessPointPublicAccessBlock'],
  status: 204,
  errors,
})
