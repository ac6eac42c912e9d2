/** Forms of browsers, as S3 has them. */
import { OssError } from '../errors/oss-error.js'
import type { Head } from '../message.js'
import { formHeaders, type SentForm } from '../post/form.js'
import type { FormClaim } from '../post/form-claim.js'
import type { FormFields } from '../post/post-policy.js'
import { parseBasicTime } from '../signature/time.js'
import { SIGV4_ALGORITHM, SIGV4_SERVICE, SIGV4_TERMINATOR } from './sigv4.js'

const SIGNS = ['x-amz-algorithm', 'x-amz-signature', 'x-amz-credential', 'awsaccesskeyid']

/** Whether a form is signed in S3's way. */
export function isFormOfS3(fields: FormFields): boolean {
  return SIGNS.some((name) => fields.has(name))
}

/** The claim of a form, or undefined if it makes none. Throws the causes of incomplete and malformed ones. */
export function readS3FormClaim(fields: FormFields): FormClaim | undefined {
  const securityToken = fields.get('x-amz-security-token') || undefined
  const policy = fields.get('policy')
  if (fields.has('awsaccesskeyid')) {
    const accessKeyId = required(fields, 'awsaccesskeyid')
    return { accessKeyId, signature: required(fields, 'signature'), policy: required(fields, 'policy'), securityToken }
  }
  if (policy === undefined && !isFormOfS3(fields)) return undefined
  const algorithm = required(fields, 'x-amz-algorithm')
  if (algorithm !== SIGV4_ALGORITHM) throw invalid('x-amz-algorithm', algorithm)
  const credential = required(fields, 'x-amz-credential')
  const items = credential.split('/')
  const [date = '', region = '', service, terminator] = items.slice(-4)
  const accessKeyId = items.slice(0, -4).join('/')
  if (accessKeyId === '' || service !== SIGV4_SERVICE || terminator !== SIGV4_TERMINATOR) {
    throw invalid('x-amz-credential', credential)
  }
  const time = required(fields, 'x-amz-date')
  if (parseBasicTime(time) === undefined || !time.startsWith(`${date}T`)) throw invalid('x-amz-date', time)
  const signature = required(fields, 'x-amz-signature')
  return { accessKeyId, signature, policy: required(fields, 'policy'), securityToken, sigV4Scope: { date, region } }
}

/** The fields of a form as headers, of which S3 names some otherwise. Throws invalidArgument, headerNotImplemented. */
export function headersOfForm(form: SentForm): Head['headers'] {
  const { fields } = form
  const headers = formHeaders(form)
  const tagging = fields.get('tagging')
  if (tagging) throw new OssError('headerNotImplemented', { header: 'tagging' })
  const acl = fields.get('acl')
  const redirect = fields.get('success_action_redirect') ?? fields.get('redirect')
  return { ...headers, ...(acl && { 'x-amz-acl': acl }), ...(redirect && { success_action_redirect: redirect }) }
}

function required(fields: FormFields, name: string): string {
  const value = fields.get(name)
  if (!value) throw new OssError('postFieldAbsent', { field: name })
  return value
}

function invalid(name: string, value: string): OssError {
  return new OssError('postCredentialInvalid', { argumentName: name, argumentValue: value })
}
