import { expect, test } from 'vitest'
import { createQueues } from '../../../pipeline/localcloud/machines/queues.ts'

test('one machine’s work runs in the order asked, failures included; another’s does not wait', async () => {
  const { serially, isBusy } = createQueues()
  const done: string[] = []
  let release: () => void = () => undefined
  const first = serially('a', async () => {
    await new Promise<void>((resolve) => {
      release = resolve
    })
    done.push('first')
    throw new Error('no')
  })
  const second = serially('a', async () => done.push('second'))
  await serially('b', async () => done.push('other'))
  expect([isBusy('a'), isBusy('b')]).toEqual([true, false])
  release()
  await expect(first).rejects.toThrow('no')
  await second
  expect(done).toEqual(['other', 'first', 'second'])
  expect(isBusy('a')).toBe(false)
})
