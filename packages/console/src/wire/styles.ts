/** Image styles of a bucket: processes that requests name. Every function throws ServerError. */
import { all, escapeXml, textOf } from '@bindery/client/xml'
import { send, sendForXml } from './request.js'

/** A named process. */
export interface Style {
  readonly name: string
  readonly content: string
}

/** Processes to begin with, by what they make. */
export const STYLE_PRESETS = [
  ['thumbnail', 'image/resize,m_fill,w_200,h_200'],
  ['width', 'image/resize,w_800'],
  ['webp', 'image/format,webp'],
  ['quality', 'image/quality,q_80'],
  ['rotate', 'image/auto-orient,1'],
] as const

/** Whether a name and a process can be saved; the server checks the rest. */
export function isStyle({ name, content }: Style): boolean {
  return /^[\w.-]{1,63}$/.test(name) && content.startsWith('image/')
}

/** All styles of a bucket. */
export async function listStyles(bucket: string, signal?: AbortSignal): Promise<readonly Style[]> {
  const root = await sendForXml({ method: 'GET', bucket, query: { style: '' }, signal })
  return all(root, 'Style').map((one) => ({ name: textOf(one, 'Name') ?? '', content: textOf(one, 'Content') ?? '' }))
}

/** Sets a style, also one that exists. */
export async function putStyle(bucket: string, { name, content }: Style): Promise<void> {
  const body = `<Style><Content>${escapeXml(content)}</Content></Style>`
  await send({ method: 'PUT', bucket, query: { style: '', styleName: name }, body })
}

/** Deletes a style. */
export async function deleteStyle(bucket: string, name: string): Promise<void> {
  await send({ method: 'DELETE', bucket, query: { style: '', styleName: name } })
}
