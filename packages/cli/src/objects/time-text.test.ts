import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'

/** The text of a moment, where the machine is in a zone. */
async function textIn(zone: string): Promise<string> {
  const code = `import { timeText } from ${JSON.stringify(new URL('./time-text.js', import.meta.url))}
    console.log(timeText(new Date(Date.UTC(2026, 10, 30, 6, 38, 21, 900))))`
  const env = { ...process.env, TZ: zone }
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], { env })
  return stdout.trim()
}

test('times are in the zone of the machine, with its distance from UTC', async () => {
  assert.equal(await textIn('Asia/Shanghai'), '2026-11-30T14:38:21+08:00')
  assert.equal(await textIn('America/St_Johns'), '2026-11-30T03:08:21-03:30')
  assert.equal(await textIn('UTC'), '2026-11-30T06:38:21Z')
})
