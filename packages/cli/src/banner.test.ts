import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readConfig } from '@bindery/server'
import { banner } from './banner.js'
import { columnsOf } from './columns.js'
import { messagesIn } from './messages.js'

const started = {
  endpoint: 'http://127.0.0.1:9000',
  deployment: { location: '/data', isNew: true },
  rootKey: { accessKeyId: 'ID', accessKeySecret: 'SECRET', isNew: true, file: '/data/keys.json' },
  consoleUrl: 'http://127.0.0.1:9000/-/console/#k=1',
  hashing: 'wasm',
} as const

function bannerOf(language: 'en' | 'zh', ...flags: string[]): string {
  return banner(readConfig(flags, {}), started, messagesIn(language), 'bindery')
}

test('the banner states who can connect, and whether by TLS', () => {
  assert.match(bannerOf('en'), /Only this machine can connect/)
  assert.match(bannerOf('en', '--host=0.0.0.0'), /Other machines can connect, without TLS/)
  assert.match(bannerOf('en', '--host=0.0.0.0', '--tls-cert=c', '--tls-key=k'), /Other machines can connect, with TLS/)
})

test('the banner lists the created buckets and the kind of hashing, in columns that are aligned in both languages', () => {
  for (const language of ['en', 'zh'] as const) {
    const text = bannerOf(language, '--buckets=demo,logs')
    assert.match(text.split('\n')[0] ?? '', /WebAssembly/)
    const starts = ['http://127.0.0.1:9000', 'demo, logs', '/data', 'SECRET'].map((value) => {
      const line = text.split('\n').find((candidate) => candidate.includes(`  ${value}`)) ?? ''
      return columnsOf(line.slice(0, line.indexOf(value)))
    })
    assert.deepEqual(starts, [20, 20, 20, 20], language)
  }
})
