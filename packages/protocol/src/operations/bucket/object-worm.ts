/** ObjectWorm: versions of a bucket can be retained and put under legal hold, each for itself. */

import { integer, oneOf } from '../../codec.js'
import { OssError } from '../../errors/oss-error.js'
import { RETENTION_DAYS_MAX, RETENTION_YEARS_MAX } from '../../limits.js'
import { element, group, maybe, optionalElement, xml } from '../../xml.js'
import { bucketSetting } from '../document.js'
import { RETENTION_MODES } from '../object/holds.js'

/** Cannot be disabled again. The default retention applies to new versions that name none. */
export const bucketObjectWorm = bucketSetting({
  noun: 'BucketObjectWormConfiguration',
  what: 'whether versions can be retained, and how long new ones are',
  subresource: 'objectWorm',
  document: xml('ObjectWormConfiguration', {
    enabled: element('ObjectWormEnabled', oneOf(['Enabled'], 'malformedXml')),
    rule: maybe(
      'Rule',
      group('Rule', {
        defaultRetention: group('DefaultRetention', {
          mode: element('Mode', oneOf(RETENTION_MODES, 'malformedXml')),
          days: optionalElement('Days', integer(1, RETENTION_DAYS_MAX)),
          years: optionalElement('Years', integer(1, RETENTION_YEARS_MAX)),
        }),
      }),
    ),
  }),
  unset: 'noSuchObjectWorm',
  errors: ['objectWormNotPossible', 'invalidArgument'],
  putAnswersAs: { noSuchBucket: 'configOfMissingBucket' },
  check(worm) {
    const { days, years } = worm.rule?.defaultRetention ?? {}
    if (worm.rule !== undefined && (days === undefined) === (years === undefined)) throw new OssError('malformedXml')
    return worm
  },
})
