import { matching } from '../../codec.js'
import { OssError } from '../../errors/oss-error.js'
import { USER_DEFINED_LOG_FIELDS_MAX } from '../../limits.js'
import { groupOrEmpty, texts, xml } from '../../xml.js'
import { bucketDocument } from '../document.js'

/** Printable ASCII; the names of headers hold neither `_` nor `:`. */
const headerName = matching('name of a header', /^[!-9;-^`-~]{1,1024}$/)
const parameterName = matching('name of a parameter', /^[!-~]{1,1024}$/)

/** Kept for its clients: the fields are those of a real-time log, which Bindery does not write. */
export const userDefinedLogFields = bucketDocument({
  noun: 'UserDefinedLogFieldsConfig',
  what: 'the headers and parameters that the real-time log holds',
  subresource: 'userDefinedLogFieldsConfig',
  document: xml('UserDefinedLogFieldsConfiguration', {
    headerSet: groupOrEmpty('HeaderSet', { headers: texts('header', headerName) }),
    paramSet: groupOrEmpty('ParamSet', { parameters: texts('parameter', parameterName) }),
  }),
  unset: 'noSuchUserDefinedLogFields',
  check(config) {
    const count = config.headerSet.headers.length + config.paramSet.parameters.length
    if (count === 0) throw new OssError('userDefinedLogFieldsEmpty')
    if (count > USER_DEFINED_LOG_FIELDS_MAX) throw new OssError('userDefinedLogFieldsTooMany')
    return config
  },
  errors: ['userDefinedLogFieldsEmpty', 'userDefinedLogFieldsTooMany', 'invalidArgument'],
})
