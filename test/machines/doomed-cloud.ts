// A program for the crash test: opens a cloud, starts a machine, says so, and waits to be killed.

import { openTestCloud } from './local-machines.ts'

const [id = ''] = process.argv.slice(2)
const cloud = await openTestCloud(id)
const started = await cloud.machines.start(cloud.spec(0))
console.log(JSON.stringify({ started, directory: cloud.directory }))
setInterval(() => undefined, 60_000)
