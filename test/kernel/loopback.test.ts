import { expect, test } from 'vitest'
import { isLoopback, isPrivateAddress } from '../../pipeline/kernel/index.ts'

test.each(['localhost', '127.0.0.1', '127.1.2.3', '::1', '[::1]'])('%s is this machine', (host) => {
  expect(isLoopback(host)).toBe(true)
})

test.each(['10.0.0.1', 'localhost.acme.example', '127.0.0.1.acme.example', '::2', ''])('“%s” is another', (host) => {
  expect(isLoopback(host)).toBe(false)
})

test.each([
  ['https://hooks.acme.example/x', true],
  ['http://127.0.0.1:8080/x', true],
  ['http://[::1]:8080/x', true],
  ['http://hooks.acme.example/x', false],
  ['http://127.0.0.1@hooks.acme.example/x', false],
  ['file:///etc/passwd', false],
  ['no address', false],
])('%s: nobody on the way can read it: %s', (url, expected) => expect(isPrivateAddress(url)).toBe(expected))
