import { badArgument, integer, matching, oneOf, text } from '../../codec.js'
import { defaultedElement, optionalElement, xml } from '../../xml.js'
import { bucketSetting } from '../document.js'

const SWITCH = oneOf(['Enabled', 'Disabled'], 'malformedXml')

/** Suffixes of keys with commas between them, such as `jpg,png`; `*` for all. */
const suffixes = matching('suffixes', /^(\*|[A-Za-z0-9]{1,16}(,[A-Za-z0-9]{1,16})*)?$/)

/** Characters between a key and the name of a style; clients also write them with commas between. */
const delimiters = matching('delimiters', /^[-_/!,]{0,7}$/)

/** How image styles are requested by keys, and whether the images themselves may be read by everyone. */
export const bucketProcess = bucketSetting({
  noun: 'BucketProcess',
  what: 'how images are requested by the names of styles',
  subresource: 'processConfiguration',
  document: xml('BucketProcessConfiguration', {
    compliedHost: optionalElement('CompliedHost', text),
    sourceFileProtect: defaultedElement('SourceFileProtect', SWITCH, 'Disabled'),
    sourceFileProtectSuffix: defaultedElement('SourceFileProtectSuffix', suffixes, ''),
    styleDelimiters: defaultedElement('StyleDelimiters', delimiters, ''),
    ossDomainSupportAtProcess: optionalElement('OssDomainSupportAtProcess', SWITCH),
    version: defaultedElement('Version', integer(1, 2), 2),
  }),
  unset: {
    value: { sourceFileProtect: 'Disabled', sourceFileProtectSuffix: '', styleDelimiters: '', version: 2 },
  },
  check(config) {
    if (config.sourceFileProtect === 'Enabled' && config.sourceFileProtectSuffix === '') {
      throw badArgument('invalidArgument', 'SourceFileProtectSuffix', '')
    }
    return config
  },
  errors: ['invalidArgument'],
})
