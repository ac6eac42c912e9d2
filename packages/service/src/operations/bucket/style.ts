import { OssError } from '@bindery/protocol'
import { handler } from '../../call.js'
import { deleteStyle as deleteOne, findStyles, putStyle as putOne } from '../../domain/buckets/styles.js'

export const putStyle = handler('PutStyle', async ({ domain, bucket, input, document }) => {
  const { styleName: name, category = 'image' } = input
  await putOne(domain, bucket.name, { name, category, content: document.content })
  return { output: {} }
})

export const getStyle = handler('GetStyle', async ({ domain, bucket, input }) => {
  const styles = await findStyles(domain, bucket.name)
  const style = styles.find(({ name }) => name === input.styleName)
  if (style === undefined) throw new OssError('noSuchStyle', { StyleName: input.styleName })
  return { output: {}, result: style }
})

export const listStyle = handler('ListStyle', async ({ domain, bucket }) => {
  return { output: {}, result: { styles: await findStyles(domain, bucket.name) } }
})

export const deleteStyle = handler('DeleteStyle', async ({ domain, bucket, input }) => {
  await deleteOne(domain, bucket.name, input.styleName)
  return { output: {} }
})
