import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PolicyFault, type PolicyKind, parsePolicy } from './grammar.js'

const IDENTITY = { Effect: 'Allow', Action: 'oss:GetObject', Resource: 'acs:oss:*:*:bkt/*' }
const BUCKET = { ...IDENTITY, Principal: ['*'] }
const TRUST = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: ['acs:ram::1000000000000001:root'] } }

function fault(kind: PolicyKind, document: unknown): string | undefined {
  try {
    parsePolicy(kind, typeof document === 'string' ? document : JSON.stringify(document))
    return undefined
  } catch (error) {
    if (error instanceof PolicyFault) return error.message
    throw error
  }
}

const statement = (kind: PolicyKind, one: unknown) => fault(kind, { Version: '1', Statement: [one] })

test('the forms on the official pages are parsed', () => {
  for (const one of [
    IDENTITY,
    { ...IDENTITY, Action: ['oss:Get*', 'oss:ListObjects'], Resource: ['acs:oss:*:1000000000000001:bkt', '*'] },
    { ...IDENTITY, Action: '*', Resource: '*' },
    { ...IDENTITY, Action: 'ecs:*', Resource: 'acs:ecs:cn-hangzhou:*:instance/i-*' },
    { Effect: 'Deny', NotAction: 'oss:Get*', NotResource: 'acs:oss:::bkt' },
    {
      ...IDENTITY,
      Condition: { IpAddress: { 'acs:SourceIp': ['10.0.0.0/8', '::1'] }, Bool: { 'acs:SecureTransport': true } },
    },
    { ...IDENTITY, Condition: { DateLessThan: { 'acs:CurrentTime': '2026-01-01T00:00:00+08:00' } } },
    { ...IDENTITY, Condition: { StringLike: { 'OSS:prefix': 'a/*', 'oss:ExistingObjectTag/Team': 'a' } } },
    { ...IDENTITY, Condition: { NumericLessThan: { 'ecs:Size': 3 } } },
  ]) {
    assert.equal(statement('identity', one), undefined, JSON.stringify(one))
    assert.equal(statement('session', one), undefined, JSON.stringify(one))
  }
  for (const Principal of [
    ['*'],
    '*',
    [],
    ['1000000000000001', '27000000'],
    ['arn:sts::1000000000000001:assumed-role/reader/*'],
  ]) {
    assert.equal(statement('bucket', { ...BUCKET, Principal }), undefined, JSON.stringify(Principal))
  }
  assert.equal(statement('bucket', { ...IDENTITY, NotPrincipal: ['1000000000000001'] }), undefined)
  assert.equal(statement('trust', TRUST), undefined)
})

test('anything that the grammar does not know is refused, with its position in the message', () => {
  const rows: [kind: PolicyKind, one: object, message: RegExp][] = [
    ['identity', { ...IDENTITY, Effect: 'allow' }, /^Statement\[0\]\.Effect must be "Allow" or "Deny"$/],
    ['identity', { ...IDENTITY, Sid: 'x' }, /unknown element "Sid"/],
    ['identity', { ...IDENTITY, Principle: ['*'] }, /unknown element "Principle"/],
    ['identity', BUCKET, /unknown element "Principal"/],
    ['bucket', { ...IDENTITY, NotPrincipal: [] }, /NotPrincipal must not be empty/],
    ['bucket', { ...BUCKET, NotPrincipal: ['1'] }, /needs one of Principal and NotPrincipal/],
    ['bucket', { ...BUCKET, Principal: ['alice'] }, /Principal has the invalid value "alice"/],
    ['bucket', { ...BUCKET, Action: 'ecs:Start' }, /Action has the invalid value "ecs:Start"/],
    ['identity', { ...IDENTITY, NotAction: 'oss:*' }, /needs one of Action and NotAction/],
    ['identity', { ...IDENTITY, Action: [] }, /Action must not be empty/],
    ['identity', { ...IDENTITY, Action: [1] }, /Action must be a text or a list of texts/],
    ['identity', { ...IDENTITY, Action: 'GetObject' }, /invalid value "GetObject"/],
    ['identity', { ...IDENTITY, Action: 'oss:Get Object' }, /invalid value/],
    ['identity', { ...IDENTITY, Resource: 'bkt/*' }, /Resource has the invalid value "bkt\/\*"/],
    ['identity', { ...IDENTITY, Resource: 'acs:oss:*:*' }, /invalid value/],
    ['identity', { ...IDENTITY, Resource: 'acs:oss:*:*:' }, /invalid value/],
    ['identity', { ...IDENTITY, Condition: [] }, /Condition must be an object/],
    [
      'identity',
      { ...IDENTITY, Condition: { StringEqual: { 'acs:UserAgent': 'x' } } },
      /"StringEqual" is not an operator/,
    ],
    ['identity', { ...IDENTITY, Condition: { StringEquals: { 'acs:Agent': 'x' } } }, /unknown key "acs:Agent"/],
    ['identity', { ...IDENTITY, Condition: { StringEquals: { 'oss:BucketTag/': 'x' } } }, /unknown key/],
    ['identity', { ...IDENTITY, Condition: { StringEquals: { 'acs:UserAgent': [] } } }, /must not be empty/],
    [
      'identity',
      { ...IDENTITY, Condition: { StringEquals: { 'acs:UserAgent': [null] } } },
      /must be a value or a list/,
    ],
    [
      'identity',
      { ...IDENTITY, Condition: { IpAddress: { 'acs:SourceIp': '10.0.0.0/33' } } },
      /IpAddress cannot compare/,
    ],
    [
      'identity',
      { ...IDENTITY, Condition: { DateEquals: { 'acs:CurrentTime': 'today' } } },
      /DateEquals cannot compare/,
    ],
    ['identity', { ...IDENTITY, Condition: { NumericEquals: { 'ecs:Size': 'many' } } }, /NumericEquals cannot compare/],
    ['identity', { ...IDENTITY, Condition: { Bool: { 'acs:MFAPresent': 'yes' } } }, /Bool cannot compare/],
    ['trust', { ...TRUST, Principal: ['*'] }, /Principal must be an object/],
    ['trust', { ...TRUST, Principal: { Service: ['ecs.aliyuncs.com'] } }, /unknown element "Service"/],
    ['trust', { ...TRUST, Principal: { RAM: ['*'] } }, /invalid value "\*"/],
    ['trust', { ...TRUST, Resource: '*' }, /unknown element "Resource"/],
  ]
  for (const [kind, one, message] of rows) assert.match(statement(kind, one) ?? 'nothing', message, JSON.stringify(one))
})

test('the document itself has a version, statements and a maximum size', () => {
  const rows: [document: unknown, message: RegExp][] = [
    ['', /not valid JSON/],
    ['{"Version":"1","Statement":[{},]}', /not valid JSON/],
    ['[]', /must be an object/],
    ['null', /must be an object/],
    [{ Statement: [IDENTITY] }, /Version must be "1"/],
    [{ Version: 1, Statement: [IDENTITY] }, /Version must be "1"/],
    [{ Version: '2', Statement: [IDENTITY] }, /Version must be "1"/],
    [{ Version: '1' }, /Statement must be a list/],
    [{ Version: '1', Statement: [] }, /Statement must be a list/],
    [{ Version: '1', Statement: IDENTITY }, /Statement must be a list/],
    [{ Version: '1', Statement: ['x'] }, /Statement\[0\] must be an object/],
    [{ Version: '1', Statement: [IDENTITY], Id: 'x' }, /unknown element "Id"/],
    ['{"Version":"1","Statement":[],"__proto__":{"x":1}}', /unknown element "__proto__"/],
  ]
  for (const [document, message] of rows) assert.match(fault('identity', document) ?? 'nothing', message)
  const spaced = (bytes: number) => JSON.stringify({ Version: '1', Statement: [IDENTITY] }).padEnd(bytes)
  assert.equal(fault('session', spaced(2_048)), undefined)
  assert.match(fault('session', spaced(2_049)) ?? '', /has at most 2048 bytes/)
  assert.match(fault('bucket', 'é'.repeat(8_193)) ?? '', /has at most 16384 bytes/)
})

test('a message is one short line, whatever the policy contains', () => {
  const message = statement('identity', { ...IDENTITY, Action: `a\n${'x'.repeat(1_000)}` }) ?? ''
  assert.ok(message.length < 160 && !message.includes('\n'), message)
})
