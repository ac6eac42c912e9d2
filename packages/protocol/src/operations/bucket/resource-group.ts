import type { Codec } from '../../codec.js'
import { OssError } from '../../errors/oss-error.js'
import { DEFAULT_RESOURCE_GROUP } from '../../names.js'
import { element, xml } from '../../xml.js'
import { bucketSetting } from '../document.js'

/** An empty one is the default group. */
export const resourceGroupId: Codec<string> = {
  name: 'id of a resource group',
  causes: ['resourceGroupInvalid'],
  decode(value) {
    if (value === '') return DEFAULT_RESOURCE_GROUP
    // an id is made of one word: a group of another name does not exist
    if (value !== DEFAULT_RESOURCE_GROUP && !/^rg-[0-9A-Za-z]{1,60}$/.test(value))
      throw new OssError('resourceGroupInvalid')
    return value
  },
  encode: (value) => value,
}

export const bucketResourceGroup = bucketSetting({
  noun: 'BucketResourceGroup',
  what: 'the resource group',
  subresource: 'resourceGroup',
  document: xml('BucketResourceGroupConfiguration', {
    resourceGroupId: element('ResourceGroupId', resourceGroupId),
  }),
  unset: { value: { resourceGroupId: DEFAULT_RESOURCE_GROUP } },
  errors: ['resourceGroupInvalid'],
})
