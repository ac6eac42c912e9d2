import { text } from '../../codec.js'
import { OssError } from '../../errors/oss-error.js'
import { isBucketName } from '../../names.js'
import { defaultedElement, element, group, maybe, optionalElement, xml } from '../../xml.js'
import { bucketDocument } from '../document.js'
import { prefixText } from '../shared.js'

/** A document without LoggingEnabled turns logging off, as its deletion does. */
export const bucketLogging = bucketDocument({
  noun: 'BucketLogging',
  what: 'where access is logged',
  subresource: 'logging',
  document: xml('BucketLoggingStatus', {
    loggingEnabled: maybe(
      'LoggingEnabled',
      group('LoggingEnabled', {
        targetBucket: element('TargetBucket', text),
        targetPrefix: defaultedElement('TargetPrefix', prefixText, ''),
        loggingRole: optionalElement('LoggingRole', text),
      }),
    ),
  }),
  unset: { value: {} },
  check(status) {
    const { targetBucket } = status.loggingEnabled ?? {}
    if (targetBucket !== undefined && !isBucketName(targetBucket)) throw new OssError('invalidTargetBucketForLogging')
    return status
  },
  targetPermissions: ['oss:PutObject'],
  errors: ['invalidTargetBucketForLogging', 'invalidPrefix'],
})
