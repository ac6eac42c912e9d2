import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ImageFault } from '../fault.js'
import { ImagesBusy, type ImageWork } from '../image-processor.js'
import { parseProcess } from '../parse-process.js'
import { ImageProcesses } from './image-processes.js'
import { loadSharp } from './sharp-library.js'

const flat = async (width: number, height: number) =>
  (await loadSharp())({ create: { width, height, channels: 3, background: '#5c783b' } })
    .png()
    .toBuffer()

const workOf = (source: Uint8Array, process: string) => async (): Promise<ImageWork> => ({
  source,
  actions: parseProcess(`image/${process}`),
  logos: [],
})

/** Runs with processes that are ended afterwards. */
async function withProcesses<T>(
  limits: ConstructorParameters<typeof ImageProcesses>[0],
  run: (processes: ImageProcesses) => Promise<T>,
): Promise<T> {
  const processes = new ImageProcesses(limits)
  try {
    return await run(processes)
  } finally {
    processes.close()
  }
}

test('a job is done in another process, and the next one in the same', async () => {
  const source = await flat(9, 9)
  await withProcesses({ processes: 1 }, async (processes) => {
    for (let count = 0; count < 2; count += 1) {
      const { bytes } = await processes.process(workOf(source, 'average-hue'))
      assert.equal(Buffer.from(bytes).toString(), '0x5c783b')
    }
  })
})

test('a fault of the image comes back as one, and the process goes on', async () => {
  await withProcesses({ processes: 1 }, async (processes) => {
    const refused = processes.process(workOf(Buffer.from('no image'), 'info'))
    await assert.rejects(refused, (error) => error instanceof ImageFault && error.fault === 'NotAnImage')
    await processes.process(workOf(await flat(9, 9), 'info'))
  })
})

test('a job that takes too long, or too much memory, ends its process, and the next one gets another', async () => {
  const tooCostly = (error: unknown) => error instanceof ImageFault && error.fault === 'TooCostly'
  const source = await flat(6_000, 4_000)
  const heavy = workOf(source, 'blur,r_50,s_50/rounded-corners,r_100/blur,r_50,s_50')
  await withProcesses({ processes: 1, jobMs: 1 }, async (processes) => {
    await assert.rejects(processes.process(heavy), tooCostly)
    await assert.rejects(processes.process(heavy), tooCostly)
  })
  await withProcesses({ processes: 1, memory: 200 * 1024 ** 2 }, async (processes) => {
    await assert.rejects(processes.process(heavy), tooCostly)
    const { bytes } = await processes.process(workOf(await flat(9, 9), 'average-hue'))
    assert.equal(Buffer.from(bytes).toString(), '0x5c783b')
  })
})

test('at most as many wait as are allowed, and bytes are loaded only when there is room', async () => {
  const source = await flat(9, 9)
  await withProcesses({ processes: 1, waiting: 1 }, async (processes) => {
    let loaded = 0
    let letGo = () => {}
    const gate = new Promise<void>((resolve) => {
      letGo = resolve
    })
    const counted = async () => {
      loaded += 1
      await gate
      return workOf(source, 'info')()
    }
    const both = [processes.process(counted), processes.process(counted)]
    await assert.rejects(processes.process(counted), ImagesBusy)
    assert.equal(loaded, 1)
    letGo()
    await Promise.all(both)
    assert.equal(loaded, 2)
  })
})

test('a load that fails frees its place', async () => {
  await withProcesses({ processes: 1, waiting: 0 }, async (processes) => {
    await assert.rejects(
      processes.process(() => Promise.reject(new Error('gone'))),
      /gone/,
    )
    await processes.process(workOf(await flat(9, 9), 'info'))
  })
})
