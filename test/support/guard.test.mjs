// What a process has started ends with it, whatever ends it.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { withoutPostgres } from '../cluster/world.mjs'

const PARENT = fileURLToPath(new URL('../cluster/abandoned.mjs', import.meta.url))

for (const signal of ['SIGTERM', 'SIGKILL']) {
  test(`databases and servers end, and their folders are removed, when ${signal} ends the program that has started them`, {
    skip: process.platform === 'win32' || withoutPostgres(),
  }, async () => {
    const parent = spawn(process.execPath, [PARENT], { stdio: ['ignore', 'pipe', 'pipe'] })
    const complaints = text(parent.stderr)
    for await (const line of createInterface({ input: parent.stdout })) {
      const { pids, folders } = JSON.parse(line)
      for (const folder of folders) assert.ok(existsSync(folder))
      for (const pid of pids) assert.ok(isRunning(pid))
      parent.kill(signal)
      while (pids.some(isRunning) || folders.some((folder) => existsSync(folder))) await sleep(50)
      return
    }
    assert.fail(`the program ended early: ${await complaints}`)
  })
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
