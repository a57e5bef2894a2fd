// What looks like a credential is taken out of a log; what does not stays.

import { expect, test } from 'vitest'
import { scrub } from '../../pipeline/bake/scrub.ts'

test.each([
  ['key ASIAABCDEFGHIJKLMNOP used', 'key [removed] used'],
  ['Get:1 https://ada:hunter22@packages.example.com/ stable', 'Get:1 https://[removed]@packages.example.com/ stable'],
  ['export API_TOKEN="abcdef0123456789"', 'export API_TOKEN="[removed]"'],
  ['-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blb\n-----END OPENSSH PRIVATE KEY-----\nafter', '[removed]\nafter'],
  ['Setting up libsecret-1-0:amd64 (0.21.7-1) ...', 'Setting up libsecret-1-0:amd64 (0.21.7-1) ...'],
  ['Setting up passwd (1:4.17.4-2) ...', 'Setting up passwd (1:4.17.4-2) ...'],
  ['https://deb.debian.org:443/debian', 'https://deb.debian.org:443/debian'],
])('%s', (text, scrubbed) => {
  expect(scrub(text)).toBe(scrubbed)
})
