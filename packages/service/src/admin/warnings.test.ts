import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adminRequest, BUCKET, call, startWithBucket } from '../testing/index.js'
import { documentOf } from '../testing/ram.js'

const named = (...Action: string[]) => documentOf([{ Effect: 'Allow', Action, Resource: '*' }])

test('a policy with actions that nothing needs is taken, and both the answer and the log name them', async () => {
  const started = await startWithBucket()
  const send = async (operation: string, input: object) => {
    const { status, text, log } = await call(started, adminRequest(operation, input))
    assert.equal(status, 200, text)
    const { Warnings } = JSON.parse(text)
    assert.deepEqual(log.unknownActions, Warnings?.UnknownAction)
    return Warnings?.UnknownAction
  }
  const wrong = named('oss:GetObjekt', 'oss:Get*', 'ecs:RunInstances', 'OSS:putobject', '*', 'oss:List?bjects')
  assert.deepEqual(await send('CreatePolicy', { PolicyName: 'p', PolicyDocument: wrong }), [
    'oss:GetObjekt',
    'ecs:RunInstances',
  ])
  const right = named('oss:*', 'ram:CreateUser', 'sts:AssumeRole', 'ram:*')
  assert.equal(await send('UpdatePolicy', { PolicyName: 'p', PolicyDocument: right }), undefined)
  await send('CreateUser', { UserName: 'alice' })
  const own = { UserName: 'alice', PolicyName: 'own', PolicyDocument: named('oss:Bad') }
  assert.deepEqual(await send('PutUserPolicy', own), ['oss:Bad'])
  assert.equal(await send('GetPolicy', { PolicyName: 'p' }), undefined)
})

test('the log names the unknown actions of a bucket policy', async () => {
  const started = await startWithBucket()
  const put = async (action: string) => {
    const statement = { Effect: 'Allow', Action: [action], Principal: ['1'], Resource: ['acs:oss:*:*:bkt/*'] }
    const body = documentOf([statement])
    const { status, log } = await call(started, { method: 'PUT', bucket: BUCKET, query: { policy: '' }, body })
    assert.equal(status, 200)
    return log.unknownActions
  }
  assert.deepEqual(await put('oss:GetObjekt'), ['oss:GetObjekt'])
  assert.equal(await put('oss:GetObject'), undefined)
})
